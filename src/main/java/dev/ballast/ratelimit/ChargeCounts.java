package dev.ballast.ratelimit;

/// How the charges to a policy ended on this pod, counted since its start.
///
/// @param shadowRejected admitted, as the policy is in shadow mode, though there was no room
/// @param undecided admitted, as Redis did not decide
public record ChargeCounts(long admitted, long rejected, long shadowRejected, long undecided) {
    /// None yet.
    public static final ChargeCounts NONE = new ChargeCounts(0, 0, 0, 0);

    /// What came after `earlier`.
    public ChargeCounts minus(ChargeCounts earlier) {
        return new ChargeCounts(
                admitted - earlier.admitted,
                rejected - earlier.rejected,
                shadowRejected - earlier.shadowRejected,
                undecided - earlier.undecided);
    }
}
