package dev.ballast.deadletters;

import static dev.ballast.deadletters.LetterCalls.bytes;
import static dev.ballast.deadletters.LetterCalls.die;
import static dev.ballast.deadletters.LetterCalls.letter;
import static dev.ballast.deadletters.LetterCalls.operator;
import static dev.ballast.payments.PaymentCalls.balance;
import static dev.ballast.payments.PaymentCalls.event;
import static dev.ballast.payments.PaymentCalls.orderId;
import static dev.ballast.payments.PaymentCalls.soon;
import static dev.ballast.payments.PaymentCalls.status;
import static dev.ballast.payments.PaymentCalls.user;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ballast.stack.Pod;
import dev.ballast.stack.Stack;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What died for its amount alone is replayed once the service allows as much.
class RaisedLimitIT {
    private static final Stack STACK = Stack.apart("payments");

    private final String formerUri = RestAssured.baseURI;
    private final int formerPort = RestAssured.port;

    @AfterEach
    void leaveOtherTestsTheirService() {
        RestAssured.baseURI = formerUri;
        RestAssured.port = formerPort;
    }

    @Test
    void replay_limitWasRaised_settlesTheOrderOnce() {
        String order = orderId();
        long user;
        String id;
        try (Pod strict = STACK.pod("strict")
                .property("ballast.payments.max-amount", "39")
                .start()) {
            call(strict);
            user = user(100);
            id = die(STACK, bytes(user), event(order, user, 40).getBytes(UTF_8));
            JsonPath letter = letter(id);
            assertThat(letter.getString("detail"), containsString("amount 40 is not within 1 to 39"));
            soon().until(() -> status(order), equalTo("DEAD_LETTERED"));
            strict.stop();
        }
        try (Pod generous = STACK.pod("generous").start()) {
            call(generous);

            operator().post("/ops/dead-letters/{id}/replay", id).then().statusCode(200);

            soon().until(() -> status(order), equalTo("COMPLETED"));
            assertEquals(60, balance(user));
            assertEquals("REPLAYED", letter(id).getString("status"));
            generous.stop();
        }
    }

    private static void call(Pod pod) {
        URI url = URI.create(pod.url());
        RestAssured.baseURI = url.getScheme() + "://" + url.getHost();
        RestAssured.port = url.getPort();
    }
}
