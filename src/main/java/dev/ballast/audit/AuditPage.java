package dev.ballast.audit;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Some deeds, newest first.
@RegisterForReflection
record AuditPage(
        List<AuditEntry> entries,

        @Schema(examples = "17", description = "the cursor of the next page; null on the last one") @Nullable
        String next) {

    /// @param limit how many were asked for
    static AuditPage of(List<AuditEntry> entries, int limit) {
        return new AuditPage(
                entries,
                entries.size() < limit ? null : Long.toString(entries.getLast().id()));
    }
}
