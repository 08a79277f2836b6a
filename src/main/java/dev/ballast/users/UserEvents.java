package dev.ballast.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ballast.database.Database;
import dev.ballast.kafka.InboundRecord;
import dev.ballast.messaging.Outcome;
import dev.ballast.messaging.RecordHandler;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiFunction;

/// Changes the plans of users as the billing system tells in the topic `user-events`: key is the user id, value
/// `{"eventId","userId","plan"}`. Telling the same again changes nothing.
@ApplicationScoped
class UserEvents implements RecordHandler {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final BiFunction<Long, Plan, Uni<Boolean>> change;

    @Inject
    UserEvents(Users users) {
        this(users::changePlan);
    }

    /// @param change whether the user had another plan
    UserEvents(BiFunction<Long, Plan, Uni<Boolean>> change) {
        this.change = change;
    }

    @Override
    public String name() {
        return "user-events";
    }

    @Override
    public Uni<Outcome> handle(InboundRecord record) {
        byte[] key = record.key();
        byte[] value = record.value();
        if (key == null) {
            return poison("null-key", "the key must be the user id");
        }
        if (value == null) {
            return poison("null-value", "the value must be a JSON object");
        }
        JsonNode event;
        try {
            event = JSON.readTree(value);
        } catch (IOException notJson) {
            return poison("not-json", "the value cannot be parsed as JSON");
        }
        JsonNode id = event.path("userId");
        if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() < 1) {
            return poison("invalid-event", "userId must be a positive whole number");
        }
        if (!new String(key, UTF_8).equals(id.asText())) {
            return poison("key-mismatch", "the key must be the userId of the value, or the order is lost");
        }
        String wanted = event.path("plan").asText();
        Optional<Plan> plan = Arrays.stream(Plan.values())
                .filter(known -> known.wireName().equals(wanted))
                .findFirst();
        return plan.map(known -> change(id.longValue(), known))
                .orElseGet(() -> poison("invalid-event", "plan must be free, pro or enterprise"));
    }

    private Uni<Outcome> change(long id, Plan plan) {
        return change.apply(id, plan)
                .<Outcome>map(changed -> new Outcome.Done(changed ? "changed" : "repeated"))
                .onFailure(UserException.Unknown.class)
                .recoverWithItem(() -> new Outcome.Poison("unknown-user", "there is no user " + id))
                .onFailure(Database::isItsState)
                .recoverWithItem(away -> new Outcome.Later("postgresql", away));
    }

    private static Uni<Outcome> poison(String reason, String detail) {
        return Uni.createFrom().item(new Outcome.Poison(reason, detail));
    }
}
