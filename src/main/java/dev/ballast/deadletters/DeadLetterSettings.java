package dev.ballast.deadletters;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Settings of the dead letters.
@ConfigMapping(prefix = "ballast.deadletters")
interface DeadLetterSettings {
    /// How often a record may be replayed, counted over all the letters it became. Five: what died five times needs a
    /// repair and no sixth try.
    @WithDefault("5")
    int maxReplays();

    /// How long after a record died first it may be replayed. 60 days: with the week its topic keeps a replayed
    /// record that stays below the 90 days for which the order is kept that absorbs a repetition. After it an
    /// open letter is of no use: it is discarded, and the personal data in it erased.
    @WithDefault("P60D")
    Duration replayWithin();

    /// How long a replay waits for the brokers.
    @WithDefault("PT10S")
    Duration publishWait();

    /// When a letter that is being replayed counts as left behind by a dead pod and is open again. A minute: several
    /// times what a replay may take.
    @WithDefault("PT1M")
    Duration abandonedAfter();

    /// Letters one bulk replay may send. Ten thousand take a while at any rate, and a mistake stays small.
    @WithDefault("10000")
    int maxBulk();

    /// The highest rate of a bulk replay, in letters per second. A hundred: well below what consumption bears, so that
    /// ordinary traffic goes on beside it.
    @WithDefault("100")
    int maxRate();

    /// How long replayed and discarded letters, and bulk replays, are kept. 45 days, so that the topic, which
    /// keeps them for 30 and a segment, cannot open them again; longer than a record's own topic keeps it, as the
    /// letter it may become takes its birth from the one before. Open ones stay until somebody decides, or
    /// [#replayWithin()] has passed.
    @WithDefault("P45D")
    Duration keepFor();

    /// How often old ones are looked for. An hour: nobody waits for it.
    @WithDefault("PT1H")
    Duration retainEvery();

    /// How often what dead pods left is looked for. Ten seconds: short against the minute after which it is left.
    @WithDefault("PT10S")
    Duration sweepEvery();

    /// How often open letters are counted. Five seconds: an alert needs no more, and the index answers.
    @WithDefault("PT5S")
    Duration countEvery();
}
