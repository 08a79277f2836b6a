package dev.ballast.degradation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/// Something the service does for its callers, and how much of it there is at the moment. Reading the level is
/// one volatile read, from any thread.
public final class Feature {
    private final Spec spec;
    private final Meters meters;
    private final Collection<Ladder<?, ?>> ladders = new CopyOnWriteArrayList<>();
    private volatile State state = new State(Level.NORMAL, "all it depends on is well");

    Feature(Spec spec, Meters meters) {
        this.spec = spec;
        this.meters = meters;
    }

    /// What a feature depends on. A bean of this type makes a feature known.
    ///
    /// @param soft dependencies whose failure takes something away
    /// @param hard of each group one must be there, else the feature is at its minimum
    /// @param optional whether it is the first to be given up when the service has too much to do
    public record Spec(String name, Set<String> soft, List<Set<String>> hard, boolean optional) {
        /// A feature that depends on nothing yet.
        public static Spec of(String name) {
            return new Spec(name, Set.of(), List.of(), false);
        }

        /// There is less of it without these.
        public Spec uses(String... dependencies) {
            Set<String> all = new TreeSet<>(soft);
            all.addAll(List.of(dependencies));
            return new Spec(name, Set.copyOf(all), hard, optional);
        }

        /// There is next to nothing of it without this.
        public Spec needs(String dependency) {
            return needsOneOf(dependency);
        }

        /// There is next to nothing of it without all of these.
        public Spec needsOneOf(String... dependencies) {
            List<Set<String>> groups = new ArrayList<>(hard);
            groups.add(Set.of(dependencies));
            return new Spec(name, soft, groups, optional);
        }

        /// It is given up first.
        public Spec givenUpFirst() {
            return new Spec(name, soft, hard, true);
        }

        /// All that it names, sorted.
        public Set<String> dependencies() {
            Set<String> all = new TreeSet<>(soft);
            hard.forEach(all::addAll);
            return all;
        }
    }

    record State(Level level, String why, boolean ordered) {
        State(Level level, String why) {
            this(level, why, false);
        }
    }

    public String name() {
        return spec.name();
    }

    public Spec spec() {
        return spec;
    }

    public Level level() {
        return state.level();
    }

    /// What an operator ordered; normal where nobody did. For features without a [Ladder]: they find out by
    /// themselves what is missing, request by request, and long before the level says that it is back.
    public Level ordered() {
        State now = state;
        return now.ordered() ? now.level() : Level.NORMAL;
    }

    boolean isOrdered() {
        return state.ordered();
    }

    /// Why it is at its level, for people.
    public String why() {
        return state.why();
    }

    /// Begins to say how requests are handled: at the level where all is well. What is to be answered by an
    /// error, such as bad input, is a handler's own to say; anything else that fails makes the next handler
    /// answer.
    public <A, T> Ladder.Normal<A, T> normal(Ladder.Handler<A, T> handler) {
        return new Ladder.Normal<>(this, handler);
    }

    Meters meters() {
        return meters;
    }

    void enter(State next) {
        state = next;
    }

    void add(Ladder<?, ?> ladder) {
        ladders.add(ladder);
    }

    Collection<Ladder<?, ?>> ladders() {
        return ladders;
    }

    /// What its dependencies make of it.
    State byDependencies(Function<String, Condition> condition) {
        for (Set<String> group : spec.hard()) {
            if (group.stream().allMatch(name -> condition.apply(name) == Condition.GONE)) {
                return new State(Level.MINIMAL, String.join(" and ", new TreeSet<>(group)) + " gone");
            }
        }
        Set<String> missed = new TreeSet<>();
        for (String name : spec.dependencies()) {
            boolean matters = spec.soft().contains(name) || spec.hard().contains(Set.of(name));
            if (matters && condition.apply(name) != Condition.WELL) {
                missed.add(name + " " + condition.apply(name).wireName());
            }
        }
        return missed.isEmpty()
                ? new State(Level.NORMAL, "all it depends on is well")
                : new State(Level.DEGRADED, String.join(", ", missed));
    }

    /// Counts a feature's answers.
    static final class Meters {
        private final Map<Level, Counter> answers = new EnumMap<>(Level.class);
        private final Map<Level, Counter> falls = new EnumMap<>(Level.class);

        Meters(String feature, MeterRegistry registry) {
            for (Level level : Level.values()) {
                answers.put(
                        level,
                        registry.counter("ballast.degradation.answers", "feature", feature, "level", level.wireName()));
                falls.put(
                        level,
                        registry.counter("ballast.degradation.falls", "feature", feature, "from", level.wireName()));
            }
        }

        void answered(Level level) {
            Objects.requireNonNull(answers.get(level)).increment();
        }

        /// A handler failed, and the next one is asked.
        void fell(Level from) {
            Objects.requireNonNull(falls.get(from)).increment();
        }
    }
}
