package dev.ballast.deadletters;

import static io.restassured.RestAssured.given;

import dev.ballast.problem.Rejection;
import dev.ballast.stack.StackResource;
import dev.ballast.stack.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bad input to `/ops/dead-letters` and `/ops/audit`: each is refused by a problem document that says what is allowed.
@QuarkusIntegrationTest
@QuarkusTestResource(StackResource.class)
class DeadLetterRejectionIT {
    private static final String LETTERS = "/ops/dead-letters";
    private static final String NOWHERE = LETTERS + "/payments-0-999999999";
    private static final String BULK = LETTERS + "/replay";

    @ParameterizedTest(name = "{0}")
    @MethodSource({"callers", "lists", "letters", "bulks", "audits"})
    void call_badInput_isRefusedWithAReason(Rejection row) {
        row.check(given());
    }

    static Stream<Rejection> callers() {
        return Stream.of(
                        LETTERS + " GET",
                        NOWHERE + " GET",
                        NOWHERE + "/replay POST",
                        NOWHERE + " DELETE",
                        BULK + " POST",
                        LETTERS + "/replays/1 GET",
                        "/ops/audit GET")
                .map(call -> call.split(" "))
                .flatMap(call -> Stream.of(
                        Rejection.of(
                                call[1] + " " + call[0] + " without a token",
                                401,
                                "needs a bearer token",
                                call[1],
                                call[0],
                                request -> request.contentType("application/json")),
                        send(
                                call[1] + " " + call[0] + " by a user",
                                403,
                                "roles of this token",
                                call[1],
                                call[0],
                                "{}",
                                Tokens.user(1)),
                        send(
                                call[1] + " " + call[0] + " by a service",
                                403,
                                "roles of this token",
                                call[1],
                                call[0],
                                "{}",
                                Tokens.service())));
    }

    static Stream<Rejection> lists() {
        String limit = "limit must be a positive whole number up to 500";
        return Stream.of(
                get("no letters", limit, LETTERS + "?limit=0"),
                get("too many letters", limit, LETTERS + "?limit=501"),
                get("a limit in words", limit, LETTERS + "?limit=ten"),
                get("a negative limit", limit, LETTERS + "?limit=-1"),
                get("a limit beyond all numbers", limit, LETTERS + "?limit=99999999999999999999"),
                get("a made-up cursor", "what a page named as next", LETTERS + "?cursor=x"),
                get("an unknown status", "[OPEN, REPLAYING, REPLAYED, DISCARDED]", LETTERS + "?status=open"),
                get("a reason with its detail", "a reason's word", LETTERS + "?error=not-json:%20x"),
                get("SQL as a topic", "must be a topic's name", LETTERS + "?topic=x'%20OR%20'1'='1"),
                get("NUL in a topic", "must be a topic's name", LETTERS + "?topic=%00"),
                get("a day without a time", "a time of RFC 3339", LETTERS + "?from=2026-01-31"),
                get("a time beyond the calendar", "a time of RFC 3339", LETTERS + "?from=-999999999-01-01T00:00:00Z"));
    }

    static Stream<Rejection> letters() {
        String operator = Tokens.operator();
        return Stream.of(
                get("an id that is none", "topic-partition-offset", LETTERS + "/payments"),
                get("an id with NUL", "topic-partition-offset", LETTERS + "/%00-0-1"),
                get("an id beyond all numbers", "topic-partition-offset", LETTERS + "/payments-0-9999999999999999999"),
                send("an unknown letter", 404, "no dead letter payments-0-9", "GET", NOWHERE, "", operator),
                send("a replay of an unknown letter", 404, "no dead letter", "POST", NOWHERE + "/replay", "", operator),
                send(
                        "a discard of an unknown letter",
                        404,
                        "no dead letter",
                        "DELETE",
                        NOWHERE,
                        "{\"reason\":\"x\"}",
                        operator),
                send("a discard without a body", 400, "must be a JSON object", "DELETE", NOWHERE, "", operator),
                send("a discard without a reason", 400, "reason must say why", "DELETE", NOWHERE, "{}", operator),
                send(
                        "a discard with more",
                        400,
                        "force is not known here",
                        "DELETE",
                        NOWHERE,
                        "{\"reason\":\"x\",\"force\":true}",
                        operator),
                send("an unknown run", 404, "no bulk replay", "GET", LETTERS + "/replays/999999999", "", operator),
                get("a run that is none", "positive whole number", LETTERS + "/replays/x"));
    }

    static Stream<Rejection> bulks() {
        return Stream.of(
                bulk("no body", "must be a JSON object", ""),
                bulk("no topic", "topic must name", "{}"),
                bulk("a topic that is none", "must be a topic's name", "{\"topic\":\"a b\"}"),
                bulk("an unknown field", "dryrun is not known here", "{\"topic\":\"payments\",\"dryrun\":true}"),
                bulk("no limit", "limit must be a whole number from 1 to 10000", "{\"topic\":\"x\",\"limit\":0}"),
                bulk("no bounds", "limit must be a whole number from 1 to 10000", "{\"topic\":\"x\",\"limit\":10001}"),
                bulk(
                        "no rate",
                        "ratePerSecond must be a whole number from 1 to 100",
                        "{\"topic\":\"x\",\"ratePerSecond\":0}"),
                bulk(
                        "too fast",
                        "ratePerSecond must be a whole number from 1 to 100",
                        "{\"topic\":\"x\",\"ratePerSecond\":101}"),
                bulk("half a letter", "ratePerSecond", "{\"topic\":\"x\",\"ratePerSecond\":0.5}"),
                bulk(
                        "a reason that is none",
                        "a reason's word",
                        "{\"topic\":\"x\",\"filter\":{\"error\":\"Unknown User\"}}"),
                bulk(
                        "a time that is none",
                        "filter.from must be a time of RFC 3339",
                        "{\"topic\":\"x\",\"filter\":{\"from\":\"yesterday\"}}"),
                bulk(
                        "an end that is none",
                        "filter.to must be a time of RFC 3339",
                        "{\"topic\":\"x\",\"filter\":{\"to\":\"\"}}"),
                bulk(
                        "an end before the beginning",
                        "filter.from must be before filter.to",
                        "{\"topic\":\"x\",\"filter\":{\"from\":\"2026-02-01T00:00:00Z\",\"to\":\"2026-02-01T00:00:00Z\"}}"));
    }

    static Stream<Rejection> audits() {
        return Stream.of(
                get("no entries", "limit must be a number from 1 to 500", "/ops/audit?limit=0"),
                get("too many entries", "limit must be a number from 1 to 500", "/ops/audit?limit=501"),
                get("a made-up cursor of the audit", "what a page named as next", "/ops/audit?cursor=-1"),
                get("an action that is none", "action must be a word", "/ops/audit?action=Replay%20it"));
    }

    private static Rejection get(String title, String detail, String path) {
        return send(title, 400, detail, "GET", path, "", Tokens.operator());
    }

    private static Rejection bulk(String title, String detail, String body) {
        return send("a bulk replay with " + title, 400, detail, "POST", BULK, body, Tokens.operator());
    }

    private static Rejection send(
            String title, int status, String detail, String method, String path, String body, String token) {
        return Rejection.of(title, status, detail, method, path, request -> {
            request.header("Authorization", "Bearer " + token).contentType("application/json");
            if (!body.isEmpty()) {
                request.body(body);
            }
        });
    }
}
