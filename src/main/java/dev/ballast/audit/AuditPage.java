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

    /// @param found one more than fits on the page, where there is one
    /// @param limit how many fit
    static AuditPage of(List<AuditEntry> found, int limit) {
        List<AuditEntry> entries = found.subList(0, Math.min(limit, found.size()));
        return new AuditPage(
                entries, found.size() > limit ? Long.toString(entries.getLast().id()) : null);
    }
}
