package dev.ballast.users;

import dev.ballast.cache.CacheRead;
import dev.ballast.cache.Invalidation;
import dev.ballast.cache.TieredCache;
import dev.ballast.database.DatabaseUnavailable;
import dev.ballast.degradation.Degradation;
import dev.ballast.degradation.Feature;
import dev.ballast.degradation.Level;
import dev.ballast.invalidation.Invalidations;
import dev.ballast.users.UserRepository.Written;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// Reads users through the cache and changes them past it. Non-blocking; resumes on the caller's event loop.
///
/// A change whose outcome is not known, because the database did not answer in time, invalidates too: it may have
/// been committed.
@ApplicationScoped
class Users {
    static final String FEATURE = "users";

    /// A change that is committed, and whether every tier of the cache has been told.
    record Changed(User user, Invalidation invalidation) {}

    private final UserRepository repository;
    private final TieredCache<Long, User> cache;
    private final Invalidations invalidations;
    private final Feature feature;

    @Inject
    Users(
            UserRepository repository,
            TieredCache<Long, User> cache,
            Invalidations invalidations,
            Degradation degradation) {
        this.feature = degradation.feature(FEATURE);
        this.repository = repository;
        this.cache = cache;
        this.invalidations = invalidations;
    }

    /// Without Redis memory and PostgreSQL answer; without PostgreSQL what the caches have, and no change.
    @Produces
    @Singleton
    static Feature.Spec feature() {
        return Feature.Spec.of(FEATURE).needs("postgresql").uses("redis");
    }

    Uni<CacheRead<User>> read(long id) {
        return cache.get(id);
    }

    Uni<Map<Long, CacheRead<User>>> readAll(Collection<Long> ids) {
        return cache.getAll(ids);
    }

    /// Fails with [UserException.EmailTaken]
    Uni<Changed> create(NewUser user) {
        // somebody may have asked for this id before it existed, and "no such user" is cached too
        return mayChange().chain(() -> repository.create(user)).chain(this::invalidate);
    }

    /// Fails with [UserException.EmailTaken], [UserException.Unknown] or [UserException.Changed]
    Uni<Changed> change(long id, UserChange change, Precondition versions) {
        return mayChange()
                .chain(() -> repository.change(id, change, versions))
                .onFailure(DatabaseUnavailable.class)
                .call(() -> cache.invalidate(id))
                .chain(changed -> changed.map(this::invalidate).orElseGet(() -> whyNot(id)));
    }

    /// Changes a user's plan; whether it was another one before. Fails with [UserException.Unknown]
    Uni<Boolean> changePlan(long id, Plan plan) {
        return repository.changePlan(id, plan).chain(changed -> changed.map(
                        written -> invalidate(written).replaceWith(true))
                .orElseGet(() -> repository.read(List.of(id)).map(found -> {
                    if (found.isEmpty()) {
                        throw new UserException.Unknown(id);
                    }
                    return false;
                })));
    }

    /// Fails with [UserException.Unknown] or [UserException.Changed]
    Uni<Invalidation> delete(long id, Precondition versions) {
        return mayChange()
                .chain(() -> repository.delete(id, versions))
                .onFailure(DatabaseUnavailable.class)
                .call(() -> cache.invalidate(id))
                .chain(deleted ->
                        deleted.map(transaction -> invalidate(id, transaction)).orElseGet(() -> whyNot(id)));
    }

    /// What others tell of users, such as their plans, is taken all the same: nobody waits for that.
    private Uni<Void> mayChange() {
        return feature.ordered() == Level.MINIMAL
                ? Uni.createFrom().failure(UserException.NotNow::new)
                : Uni.createFrom().voidItem();
    }

    private Uni<Changed> invalidate(Written written) {
        User user = written.user();
        return invalidate(user.id(), written.transaction()).map(invalidation -> new Changed(user, invalidation));
    }

    private Uni<Invalidation> invalidate(long id, long transaction) {
        return invalidations.deliver(transaction, UserCache.NAME, String.valueOf(id));
    }

    /// A change found no row: there is none, or it is at another version than asked for. The caller will read
    /// again, so the cache must not answer with what misled it.
    private <T> Uni<T> whyNot(long id) {
        return cache.invalidate(id)
                .chain(() -> repository.read(List.of(id)))
                .map(found -> found.isEmpty() ? new UserException.Unknown(id) : new UserException.Changed(id))
                .chain(reason -> Uni.createFrom().failure(reason));
    }
}
