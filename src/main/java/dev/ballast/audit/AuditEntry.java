package dev.ballast.audit;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A deed as it was noted.
@RegisterForReflection
public record AuditEntry(
        @Schema(examples = "17") long id,
        @Schema(examples = "2026-01-31T12:00:00.123456Z") Instant at,

        @Schema(examples = "ada", description = "the sub of the token")
        String who,

        @Schema(examples = "dead-letter.replay") String action,
        @Schema(examples = "payments-0-42") String target,
        @Schema(examples = "to payments") String detail,
        @Schema(examples = "done") String outcome) {

    static AuditEntry of(Row row) {
        return new AuditEntry(
                row.getLong("id"),
                row.getOffsetDateTime("at").toInstant(),
                row.getString("who"),
                row.getString("action"),
                row.getString("target"),
                row.getString("detail"),
                row.getString("outcome"));
    }
}
