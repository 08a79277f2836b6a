package dev.ballast.degradation;

import java.time.Duration;

/// Decides how a dependency is: fast down, careful up.
///
/// A window is one closed second. Too many failures in a few windows in a row take it down, by a level or two;
/// silence takes it down at once. A few good windows in a row take it up one level, but not before a minimum
/// stay, which doubles with every relapse and is forgotten after a time of health, so that a dependency that
/// comes and goes does not drag the levels along. A window in which nothing was heard counts neither way.
///
/// Plain arithmetic; time comes with each call, in nanoseconds of any origin. Confined to one thread at a time.
final class Hysteresis {
    private final Numbers numbers;
    private Condition condition = Condition.WELL;
    private String rule = "nothing was heard against it";
    private long since;
    private long stay;
    private int bad;
    private int dead;
    private int good;
    private boolean wentUp;

    /// @param enterBelow success ratio of a bad window
    /// @param goneBelow ratio of answers, of whatever time they took, of a dead one
    /// @param enterWindows bad or dead windows in a row that take it down
    /// @param leaveAbove success ratio of a good window
    /// @param leaveWindows good windows in a row that take it up
    /// @param stay the shortest time at a level before it goes up, at first
    /// @param longestStay what that grows to at most
    /// @param forgetAfter how long it must be well for the stay to be as at first
    record Numbers(
            double enterBelow,
            double goneBelow,
            int enterWindows,
            double leaveAbove,
            int leaveWindows,
            Duration stay,
            Duration longestStay,
            Duration forgetAfter) {}

    Hysteresis(Numbers numbers, long now) {
        this.numbers = numbers;
        this.since = now;
        this.stay = numbers.stay().toNanos();
    }

    Condition condition() {
        return condition;
    }

    /// Why it is as it is, for people.
    String rule() {
        return rule;
    }

    /// How long it must still stay before it may go up; 0 where it is well.
    long stayLeft(long now) {
        return condition == Condition.WELL ? 0 : Math.max(0, stay - (now - since));
    }

    /// A second has ended.
    ///
    /// @return whether the condition changed
    boolean closed(Counts heard, long now) {
        forget(now);
        if (heard.total() == 0) {
            return false;
        }
        count(heard);
        if (dead >= numbers.enterWindows()) {
            return down(Condition.GONE, "below %s answered".formatted(percent(numbers.goneBelow())), dead, now);
        }
        if (bad >= numbers.enterWindows()) {
            return down(Condition.FAILING, "below %s success".formatted(percent(numbers.enterBelow())), bad, now);
        }
        if (good >= numbers.leaveWindows() && condition != Condition.WELL && stayLeft(now) == 0) {
            condition = condition.better();
            rule = "above %s success for %d s".formatted(percent(numbers.leaveAbove()), good);
            since = now;
            wentUp = true;
            return true;
        }
        return false;
    }

    /// It was found silent.
    ///
    /// @param how in words
    /// @return whether the condition changed
    boolean silent(String how, long now) {
        good = 0;
        if (condition == Condition.GONE) {
            return false;
        }
        enter(Condition.GONE, how, now);
        return true;
    }

    private boolean down(Condition to, String what, int windows, long now) {
        if (!to.isWorseThan(condition)) {
            return false;
        }
        enter(to, "%s for %d s".formatted(what, windows), now);
        return true;
    }

    private void enter(Condition to, String why, long now) {
        forget(now);
        if (wentUp) {
            stay = Math.min(2 * stay, numbers.longestStay().toNanos());
            wentUp = false;
        }
        condition = to;
        rule = why;
        since = now;
    }

    private void count(Counts heard) {
        double ratio = heard.successRatio();
        bad = ratio < numbers.enterBelow() ? bad + 1 : 0;
        dead = heard.answeredRatio() < numbers.goneBelow() ? dead + 1 : 0;
        good = ratio > numbers.leaveAbove() ? good + 1 : 0;
    }

    private void forget(long now) {
        if (condition == Condition.WELL && now - since >= numbers.forgetAfter().toNanos()) {
            stay = numbers.stay().toNanos();
            wentUp = false;
        }
    }

    private static String percent(double ratio) {
        return Math.round(ratio * 100) + " %";
    }
}
