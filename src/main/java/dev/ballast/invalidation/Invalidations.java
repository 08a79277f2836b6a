package dev.ballast.invalidation;

import dev.ballast.cache.Invalidation;
import dev.ballast.cache.TieredCaches;
import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import org.jboss.logging.Logger;

/// Delivers the invalidation of a change right after its commit. Non-blocking; resumes on the caller's event loop.
@ApplicationScoped
public class Invalidations {
    private static final Logger LOG = Logger.getLogger(Invalidations.class);
    private static final String DELIVERED_BY = Sql.read("invalidation", "delivered-by");

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
        return caches.invalidate(cache, List.of(key)).invoke(outcome -> {
            if (outcome == Invalidation.ACKNOWLEDGED) {
                forgetNote(transaction, cache, key);
            }
        });
    }

    private void forgetNote(long transaction, String cache, String key) {
        var _ = database.query(DELIVERED_BY, Tuple.of(transaction, cache, key))
                .subscribe()
                .with(_ -> {}, failure -> LOG.debug("a delivered invalidation is left to the sweep", failure));
    }
}
