package dev.ballast.invalidation;

import dev.ballast.cache.Invalidation;
import dev.ballast.cache.TieredCaches;
import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import dev.ballast.failpoint.FailPoint;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Delivers the invalidation of a change right after its commit, and those that operators ask for.
/// Non-blocking; resumes on the caller's event loop.
@ApplicationScoped
public class Invalidations {
    private static final Logger LOG = Logger.getLogger(Invalidations.class);
    private static final String DELIVERED_BY = Sql.read("invalidation", "delivered-by");
    private static final String AFTER_COMMIT = "invalidation-after-commit";
    private static final String NOTE = Sql.read("invalidation", "note");

    private final TieredCaches caches;
    private final Database database;

    @Inject
    Invalidations(TieredCaches caches, Database database) {
        this.caches = caches;
        this.database = database;
    }

    /// Forgets a key everywhere. Deferred, the note that the trigger left stays, and the sweep repeats this until it is
    /// acknowledged. The note is deleted behind the answer's back: if that fails, the sweep delivers once more.
    ///
    /// @param transaction the one that is committed, `pg_current_xact_id()`
    /// @param key its text
    public Uni<Invalidation> deliver(long transaction, String cache, String key) {
        FailPoint.reached(AFTER_COMMIT);
        return tell(cache, key).invoke(outcome -> {
            if (outcome == Invalidation.ACKNOWLEDGED) {
                forgetNote(transaction, cache, key);
            }
        });
    }

    /// Forgets a key everywhere although nothing changed it. Deferred, it is noted, and the sweep repeats it until it
    /// is acknowledged. Fails where it could be neither delivered nor noted.
    public Uni<Invalidation> forget(String cache, String key) {
        return tell(cache, key).chain(outcome -> kept(outcome, cache, key));
    }

    /// Forgets all keys of a cache, likewise.
    public Uni<Invalidation> forgetAll(String cache) {
        return caches.clear(cache).chain(outcome -> kept(outcome, cache, null));
    }

    private Uni<Invalidation> tell(String cache, String key) {
        return caches.invalidate(cache, List.of(key)).map(told -> Invalidation.of(told.contains(key)));
    }

    private Uni<Invalidation> kept(Invalidation outcome, String cache, @Nullable String key) {
        return outcome == Invalidation.ACKNOWLEDGED
                ? Uni.createFrom().item(outcome)
                : database.query(NOTE, Tuple.of(cache, key)).replaceWith(outcome);
    }

    private void forgetNote(long transaction, String cache, String key) {
        var _ = database.query(DELIVERED_BY, Tuple.of(transaction, cache, key))
                .subscribe()
                .with(_ -> {}, failure -> LOG.debug("a delivered invalidation is left to the sweep", failure));
    }
}
