package dev.ballast.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.ballast.console.Desk.button;
import static dev.ballast.console.Desk.live;
import static dev.ballast.console.Desk.region;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.ballast.stack.Fault;
import dev.ballast.stack.Pod;
import dev.ballast.stack.Server;
import dev.ballast.stack.Stack;
import dev.ballast.stack.Tokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPairGenerator;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The operations page in Debian's Chromium, as a person uses it, against the packaged service on a stack of its own:
/// it begins empty, and limits may be changed without anyone else being limited.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConsoleIT {
    private static final String MARKUP =
            "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>";
    private static final List<String> VIEWS =
            List.of("overview", "dead-letters", "cache", "limits", "degradation", "audit");
    private static final Stack STACK = Stack.apart("console");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static Pod pod;
    private static Desk desk;

    @BeforeAll
    static void open() {
        pod = STACK.pod("console").start();
        desk = new Desk(pod.url());
    }

    @AfterAll
    static void end() {
        if (desk != null) {
            desk.close();
        }
        pod.close();
        STACK.close();
    }

    @AfterEach
    void rise() {
        desk.rise();
    }

    @Test
    @Order(1)
    void emptySystem_saysThatNothingIsThere() {
        Page page = desk.operator("dead-letters");
        assertThat(page.getByText("No dead letter waits for anybody.")).isVisible();
        page.navigate(pod.url() + "/console/#/audit");
        assertThat(page.getByText("Nobody has done anything like that.")).isVisible();
        page.navigate(pod.url() + "/console/#/limits");
        assertThat(page.getByText("Nobody has used up half of a limit.")).isVisible();
        page.navigate(pod.url() + "/console/#/overview");
        assertThat(page.getByText("Nobody has done anything yet.")).isVisible();
        desk.screenshot(page, "empty-1280-light");
    }

    @Test
    @Order(2)
    void root_inABrowser_leadsToThePage_withoutAnythingForeign() throws Exception {
        Page page = desk.sit(1_280, ColorScheme.LIGHT);
        page.navigate(pod.url() + "/");
        assertThat(page).hasURL(pod.url() + "/console/");
        HttpResponse<String> answer = ask("GET", "/console/", null);
        String policy = answer.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"), policy);
        assertTrue(!policy.contains("unsafe"), policy);
        String tag = answer.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again = HTTP.send(
                HttpRequest.newBuilder(URI.create(pod.url() + "/console/"))
                        .header("If-None-Match", tag)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(304, again.statusCode());
        assertEquals(404, ask("GET", "/console/nothing.js", null).statusCode());
    }

    /// The best of five windows, none of which has anything of the page yet: others compute here too.
    @Test
    @Order(21)
    void page_openedAnew_isPaintedWithinASecond() {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            Page page = desk.sit(1_280, ColorScheme.LIGHT);
            page.navigate(pod.url() + "/console/");
            String painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0";
            await().atMost(Duration.ofSeconds(10)).until(() -> number(page, painted) > 0);
            best = Math.min(best, number(page, painted));
            page.close();
        }
        System.out.printf("operations page: first contentful paint after %.0f ms%n", best);
        assertTrue(best < 1_000, "ms: " + best);
    }

    @Test
    @Order(27)
    void partOfThePageMissing_isSaid() {
        Page page = desk.sit(1_280, ColorScheme.LIGHT);
        page.route("**/console/limits.js", Route::abort);
        page.navigate(pod.url() + "/console/#/overview");
        button(page, "operator").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("This page is not whole");
    }

    /// Behind one address the calls may reach another pod than the stream.
    @Test
    @Order(22)
    void answerOfAnotherPod_isMarkedWithItsName() {
        Page page = desk.sit(1_280, ColorScheme.LIGHT);
        page.route("**/ops/degradation", route -> {
            APIResponse real = route.fetch();
            Map<String, String> headers = new HashMap<>(real.headers());
            headers.put("x-ballast-pod", "another-1");
            route.fulfill(new Route.FulfillOptions().setResponse(real).setHeaders(headers));
        });
        page.navigate(pod.url() + "/console/#/overview");
        button(page, "operator").click();
        live(page);
        assertThat(region(page, "Features").locator(".scope")).hasText("another pod: another-1");
        assertThat(region(page, "Dependencies").locator(".scope")).hasText("another pod: another-1");
        assertThat(region(page, "Last 15 minutes").locator(".scope").first()).hasText("this pod");
        page.navigate(pod.url() + "/console/#/cache");
        assertThat(region(page, "Caches").locator(".scope")).hasText("this pod");
    }

    @Test
    @Order(23)
    void lateAnswerOfAnEarlierLookUp_doesNotReplaceTheNewestOne() {
        Page page = desk.operator("limits");
        List<Route> held = new ArrayList<>();
        page.route("**/ops/rate-limits/ip/203.0.113.1", held::add);
        Locator form = region(page, "Where somebody stands").locator("form");
        assertThat(form.locator("select[name=policy]")).hasValue("ip");
        form.locator("input[name=identifier]").fill("203.0.113.1");
        form.evaluate("(form) => form.requestSubmit()");
        form.locator("input[name=identifier]").fill("203.0.113.2");
        form.evaluate("(form) => form.requestSubmit()");
        Locator found = region(page, "Where somebody stands").locator("h3 code");
        assertThat(found).hasText("203.0.113.2");
        assertEquals(1, held.size());
        page.waitForResponse("**/ops/rate-limits/ip/203.0.113.1", held.getFirst()::resume);
        page.waitForTimeout(500);
        assertThat(found).hasText("203.0.113.2");

        page.route("**/ops/rate-limits/ip/203.0.113.3", held::add);
        form.locator("input[name=identifier]").fill("203.0.113.3");
        form.evaluate("(form) => form.requestSubmit()");
        form.locator("input[name=identifier]").fill("203.0.113.4");
        form.evaluate("(form) => form.requestSubmit()");
        assertThat(found).hasText("203.0.113.4");
        assertEquals(2, held.size());
        page.waitForResponse("**/ops/rate-limits/ip/203.0.113.3", () -> held.getLast()
                .fulfill(new Route.FulfillOptions().setStatus(500)));
        page.waitForTimeout(500);
        assertThat(found).hasText("203.0.113.4");
        assertThat(page.getByRole(AriaRole.ALERT)).hasCount(0);
    }

    @Test
    @Order(24)
    void warmUp_ofMoreKeysThanTheServiceTakes_isRefusedNamingTheLimit() {
        Page page = desk.operator("cache");
        Locator warm = region(page, "Warm up");
        List<String> asked = new ArrayList<>();
        page.onRequest(request -> asked.add(URI.create(request.url()).getPath()));
        warm.getByLabel("Keys, or ranges such as 1-500").fill("1-10001");
        button(page, "Warm up").click();
        assertThat(warm.getByRole(AriaRole.ALERT)).containsText("At most 10,000");
        assertTrue(asked.stream().noneMatch(path -> path.endsWith("/warmup")), asked::toString);
    }

    @Test
    @Order(25)
    void shadowPolicy_previewOfEnforcingIt_countsWhatItWouldHaveRejected() throws Exception {
        Page page = desk.operator("limits");
        change(page, "5");
        page.getByLabel("Shadow: count, never reject").check();
        button(page, "Preview").click();
        Locator editor = page.getByRole(AriaRole.FORM, named("Change ip"));
        assertThat(editor.getByText("shadow mode: no → yes")).isVisible();
        button(page, "Apply on every pod").click();
        assertThat(page.getByText(Pattern.compile("ip is changed on every pod")))
                .isVisible();
        for (int i = 0; i < 40; i++) {
            assertEquals(401, ask("GET", "/users/1", null).statusCode());
        }
        button(page, "Change ip").click();
        page.getByLabel("Shadow: count, never reject").uncheck();
        button(page, "Preview").click();
        assertThat(editor.getByText(Pattern.compile("Enforced, (3[5-9]|[4-9][0-9]) of them \\(.*shadow counters")))
                .isVisible();
        assertThat(editor.getByText("would have room sooner")).hasCount(0);
        desk.screenshot(page, "limit-shadow-1280-light");
        change(page, "1000000");
        button(page, "Apply on every pod").click();
        assertThat(page.getByText(Pattern.compile("ip is changed on every pod")))
                .isVisible();
    }

    @Test
    @Order(26)
    void redisGone_isSaidInWords_andWhereNobodyIsNotedWithoutIt() {
        Page page = desk.operator("limits");
        STACK.stop(Server.REDIS);
        try {
            assertThat(region(page, "Close to or over a limit")).containsText("Redis is gone");
            assertThat(page.getByText("Nobody has used up half of a limit.")).hasCount(0);
            page.navigate(pod.url() + "/console/#/overview");
            Locator redis = region(page, "Dependencies")
                    .locator("article")
                    .filter(new Locator.FilterOptions().setHas(page.getByText("redis", exactly())));
            assertThat(redis).containsText("down: ");
            assertThat(redis).not().containsText(Pattern.compile("Exception|RedisUnavailable"));
            desk.screenshot(page, "redis-gone-1280-light");
        } finally {
            STACK.start(Server.REDIS);
        }
        assertThat(page.locator(".headline")).containsText("All features are whole.");
    }

    private static Page.GetByTextOptions exactly() {
        return new Page.GetByTextOptions().setExact(true);
    }

    @Test
    @Order(3)
    void overview_chartsSurviveAReload_andSayWhichPodItIs() throws Exception {
        for (int i = 1; i <= 60; i++) {
            ask("GET", "/users/" + i, Tokens.service());
        }
        Page page = desk.operator("overview");
        String requests = "document.querySelector('live-chart[name=requests]').plot.data[1]"
                + ".filter((value) => value > 0).length";
        await().atMost(Duration.ofSeconds(20)).until(() -> number(page, requests) > 0);
        int before = number(page, "document.querySelector('live-chart[name=requests]').plot.data[0].length");
        String told = page.locator(".connection .pod").textContent();
        page.reload();
        live(page);
        assertThat(page.locator(".connection .pod")).hasText(told);
        await().atMost(Duration.ofSeconds(10)).until(() -> number(page, requests) > 0);
        assertTrue(number(page, "document.querySelector('live-chart[name=requests]').plot.data[0].length") >= before);
        assertThat(region(page, "Latest deeds of operators").locator(".scope")).hasText("shared");
        assertThat(region(page, "Dependencies").locator("article")).hasCount(5);
        assertThat(region(page, "Features")
                        .locator("article")
                        .filter(new Locator.FilterOptions().setHasText("recommendations"))
                        .locator("svg.strip rect")
                        .first())
                .isAttached();
    }

    @Test
    @Order(4)
    void dependencyStopped_isShownWithItsReason_andInTheTimeLine() {
        Page page = desk.operator("overview");
        assertThat(page.locator(".headline")).containsText("All features are whole.");
        STACK.recommendations(Fault.of(Fault.Kind.REFUSE));
        try {
            assertThat(page.locator(".headline")).containsText("recommendations");
            assertThat(page.locator(".headline .badge")).hasText("degraded");
            assertThat(region(page, "Dependencies")
                            .locator("article")
                            .filter(new Locator.FilterOptions().setHasText("recommendation-api"))
                            .locator(".badge")
                            .first())
                    .hasText("gone");
            desk.screenshot(page, "degraded-1280-light");
            page.navigate(pod.url() + "/console/#/degradation");
            assertThat(page.locator(".timeline li")
                            .filter(new Locator.FilterOptions().setHasText("recommendation-api gone")))
                    .not()
                    .hasCount(0);
        } finally {
            STACK.recommendations(Fault.of(Fault.Kind.NONE));
        }
        page.navigate(pod.url() + "/console/#/overview");
        assertThat(page.locator(".headline")).containsText("All features are whole.");
    }

    @Test
    @Order(5)
    void deadLetter_isReadAsText_replayed_andAudited() throws Exception {
        String id = poison(MARKUP);
        Page page = desk.operator("dead-letters");
        page.getByLabel("Error").first().fill("not-json");
        page.getByLabel("Error").first().press("Enter");
        link(page, id).click();
        assertThat(page.locator("pre").last()).hasText(MARKUP);
        assertThat(page.getByText("<b>who</b>")).isVisible();
        assertThat(page.locator("main img, main script, main b")).hasCount(0);
        assertThat(page).hasTitle("Dead letters · Ballast");
        assertThat(page.getByText(Pattern.compile("^[0-9a-f]{32}$")).first()).isVisible();
        desk.screenshot(page, "letter-1280-light");
        button(page, "Replay").click();
        assertThat(page.getByRole(AriaRole.STATUS)
                        .filter(new Locator.FilterOptions().setHasText("Replayed to payments")))
                .isVisible();
        assertThat(page.getByRole(AriaRole.REGION, named("Audit of this letter")))
                .containsText("local-operator");
        page.getByText("← All dead letters").click();
        assertThat(region(page, "Who replayed and discarded what").locator("tbody"))
                .containsText(id);
        // it died again, as a new letter, which can never succeed
        Locator next = page.locator("table.letters tbody a").first();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            button(page, "Refresh").click();
            return next.count() == 1 && !next.textContent().equals(id);
        });
        next.click();
        button(page, "Discard…").click();
        page.getByLabel("Why it can never succeed").fill("sent by a test");
        button(page, "Discard for good").click();
        assertThat(page.getByText("Discarded.")).isVisible();
        assertThat(page.getByRole(AriaRole.REGION, named("Audit of this letter")))
                .containsText("sent by a test");
    }

    @Test
    @Order(6)
    void selection_isReplayed_andManyAreCountedBeforeAnyIsSent() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ids.add(poison(unknownUser(i)));
        }
        Page page = desk.operator("dead-letters");
        page.getByLabel("Error").first().fill("unknown-user");
        page.getByLabel("Error").first().press("Enter");
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            button(page, "Refresh").click();
            return page.locator("table.letters tbody tr").count() == 6;
        });
        page.getByLabel("Select " + ids.get(0), new Page.GetByLabelOptions().setExact(true))
                .check();
        page.getByLabel("Select " + ids.get(1), new Page.GetByLabelOptions().setExact(true))
                .check();
        assertThat(page.getByText("2 selected")).isVisible();
        button(page, "Replay selection").click();
        assertThat(page.getByText("2 of 2 replayed")).isVisible();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            button(page, "Refresh").click();
            return page.locator("table.letters tbody tr").count() == 6;
        });

        long before = sent();
        page.getByLabel("Per second").fill("3");
        button(page, "Count first").click();
        Locator counted = region(page, "Replay many").locator(".notice.plain");
        assertThat(counted).containsText("6 would be replayed to payments");
        assertEquals(before, sent());
        desk.screenshot(page, "bulk-1280-light");
        button(page, "Replay 6 letters").click();
        assertThat(page.getByText(Pattern.compile("Bulk replay [0-9]+ ended: 6 sent, 0 failed")))
                .isVisible();
        assertEquals(before + 6, sent());
        assertThat(region(page, "Who replayed and discarded what").locator("tbody"))
                .containsText("bulk-replay");
    }

    @Test
    @Order(7)
    void cache_keyIsLookedUpInBothTiers_invalidated_andWarmedUp() throws Exception {
        assertEquals(200, ask("GET", "/users/7", Tokens.service()).statusCode());
        Page page = desk.operator("cache");
        Locator look = region(page, "Look a key up");
        look.getByLabel("Key").fill("7");
        button(page, "Look up").click();
        assertThat(look.locator(".tier .badge")).hasText(new String[] {"present", "present"});
        desk.screenshot(page, "cache-key-1280-light");
        button(page, "Invalidate on every pod").click();
        assertThat(page.getByText("users 7 is forgotten on every pod.")).isVisible();
        assertThat(look.locator(".tier .badge")).hasText(new String[] {"not there", "not there"});
        Locator warm = region(page, "Warm up");
        warm.getByLabel("Keys, or ranges such as 1-500").fill("1-600");
        button(page, "Warm up").click();
        assertThat(warm.getByText(Pattern.compile("^600 keys in .*"))).isVisible();
        assertThat(warm.locator("progress")).hasAttribute("value", "600");
        button(page, "Look up").click();
        assertThat(look.locator(".tier .badge")).hasText(new String[] {"present", "present"});
    }

    @Test
    @Order(8)
    void limits_changedWithAPreview_whoIsOverIsSeenHashed_andForgiven() throws Exception {
        Page page = desk.operator("limits");
        change(page, "20");
        Locator editor = page.getByRole(AriaRole.FORM, new Page.GetByRoleOptions().setName("Change ip"));
        assertThat(editor.getByText("limit: 1,000,000 → 20")).isVisible();
        assertThat(editor.getByText(Pattern.compile("would be over the new one")))
                .isVisible();
        assertThat(editor.getByText(Pattern.compile("This is not all of them: .* less than half .* 500,000")))
                .isVisible();
        desk.screenshot(page, "limit-preview-1280-light");
        button(page, "Apply on every pod").click();
        assertThat(page.getByText("ip is changed on every pod: version 1.")).isVisible();
        int last = 0;
        for (int i = 0; i < 40; i++) {
            last = ask("GET", "/users/1", null).statusCode();
        }
        assertEquals(429, last);
        Locator near = page.getByRole(AriaRole.REGION, named("Close to or over a limit"));
        Locator row = near.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("ip"));
        assertThat(row.locator("code")).hasText(Pattern.compile("[0-9a-f]{32}"));
        assertThat(row).not().containsText("127.0.0.1");
        page.getByRole(AriaRole.TEXTBOX, named("Identifier")).fill("127.0.0.1");
        button(page, "Look up").click();
        assertThat(page.getByText("no room", new Page.GetByTextOptions().setExact(true)))
                .isVisible();
        button(page, "Forgive 127.0.0.1").click();
        assertThat(page.getByText("127.0.0.1 is forgiven by ip.")).isVisible();
        assertEquals(401, ask("GET", "/users/1", null).statusCode());
        change(page, "1000000");
        button(page, "Apply on every pod").click();
        assertThat(page.getByText("ip is changed on every pod: version 2.")).isVisible();
    }

    private static void change(Page page, String limit) {
        button(page, "Change ip").click();
        page.getByLabel("Limit", new Page.GetByLabelOptions().setExact(true)).fill(limit);
        button(page, "Preview").click();
    }

    @Test
    @Order(9)
    void override_countsDown_andIsEnded() {
        Page page = desk.operator("degradation");
        Locator order = page.getByRole(AriaRole.FORM, named("Order a level"));
        order.getByLabel("Feature").selectOption("recommendations");
        order.getByLabel("Level").selectOption("minimal");
        order.getByLabel("Reason").fill("the API returns other people's items");
        button(page, "Override").click();
        Locator override = page.locator(".overrides li");
        assertThat(override).containsText("the API returns other people's items");
        assertThat(override).containsText("ordered by local-operator");
        Locator countdown = override.locator(".countdown");
        assertThat(countdown).containsText("9 min");
        String then = countdown.textContent();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> !countdown.textContent().equals(then));
        desk.screenshot(page, "override-1280-light");
        button(page, "End it now").click();
        assertThat(override).hasCount(0);
        assertThat(page.locator(".timeline")).containsText("ended by local-operator");
    }

    @Test
    @Order(10)
    void tokenRefused_asksAgainAndKeepsThePage() throws Exception {
        Page page = desk.operator("cache");
        Locator key = region(page, "Look a key up").getByLabel("Key");
        key.fill("11");
        page.evaluate("(token) => sessionStorage.setItem('ballast.token', token)", forged());
        button(page, "Look up").click();
        Locator dialog = page.getByRole(AriaRole.DIALOG);
        assertThat(dialog).containsText("no longer accepts your token");
        dialog.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("operator"))
                .click();
        assertThat(dialog).hasCount(0);
        assertThat(key).hasValue("11");
        button(page, "Look up").click();
        assertThat(page.locator(".tier")).hasCount(2);
    }

    @Test
    @Order(11)
    void otherRoles_areOfferedNothingTheyMayNotDo() {
        Page page = desk.sit(1_280, ColorScheme.LIGHT);
        List<String> asked = new ArrayList<>();
        page.onRequest(request -> asked.add(URI.create(request.url()).getPath()));
        page.navigate(pod.url() + "/console/#/dead-letters");
        page.getByLabel("Token").fill("Bearer " + Tokens.user(1));
        button(page, "Sign in").click();
        assertThat(page.getByText("Nothing here for this role")).isVisible();
        for (String view : VIEWS) {
            page.navigate(pod.url() + "/console/#/" + view);
            assertThat(page.locator("main form, main table")).hasCount(0);
        }
        assertEquals(
                List.of(),
                asked.stream().filter(path -> path.startsWith("/ops")).toList());
        button(page, "Sign out").click();
        page.getByLabel("Token").fill("no token");
        button(page, "Sign in").click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("This is not a token");
    }

    @Test
    @Order(12)
    void serviceGone_isSaid_andComesBackByItself() {
        Page page = desk.operator("overview");
        assertThat(page.locator(".headline")).isVisible();
        pod.kill();
        assertThat(page.locator(".connection.away")).containsText("The service cannot be reached");
        assertThat(page.locator(".headline")).isVisible();
        assertThat(page.locator(".headline .badge")).hasText("not known");
        assertThat(page.locator(".headline")).containsText("When it last did: normal.");
        desk.screenshot(page, "away-1280-light");
        pod.start();
        live(page);
        assertThat(page.locator(".headline")).containsText("All features are whole.");
    }

    @Test
    @Order(13)
    void keyboardAlone_signsInAndOpensALetter() throws Exception {
        String id = poison(MARKUP);
        Page page = desk.sit(1_280, ColorScheme.DARK);
        page.navigate(pod.url() + "/console/#/dead-letters");
        assertThat(button(page, "operator")).isVisible();
        tabTo(page, "operator");
        page.keyboard().press("Enter");
        assertThat(page.locator("table.letters")).isVisible();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            button(page, "Refresh").click();
            return page.locator("table.letters a").first().textContent().equals(id);
        });
        page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()");
        page.reload();
        assertThat(link(page, id)).isVisible();
        tabTo(page, id);
        assertNotEquals("none", page.evaluate("getComputedStyle(document.activeElement).outlineStyle"));
        page.keyboard().press("Enter");
        assertThat(page.locator("pre").last()).hasText(MARKUP);
        tabTo(page, "Replay");
    }

    /// Processor time of the service, with and without pages that somebody left open.
    @Test
    @Order(15)
    void openPages_atRest_costTheServiceLessThanAHundredthOfACoreEach() {
        Page clock = desk.operator("overview");
        clock.navigate("about:blank");
        double without = cores(clock);
        List<Page> open = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            open.add(desk.operator("overview"));
        }
        clock.waitForTimeout(5_000);
        double each = (cores(clock) - without) / open.size();
        System.out.printf(
                "operations page: %.2f %% of a core without it, and %.2f %% more for each open page%n",
                without * 100, each * 100);
        assertTrue(each < 0.01, "of a core: " + each);
    }

    /// How many cores the service keeps busy.
    private static double cores(Page clock) {
        Duration before = busy();
        long begin = System.nanoTime();
        clock.waitForTimeout(20_000);
        return (double) busy().minus(before).toNanos() / (System.nanoTime() - begin);
    }

    private static Duration busy() {
        return ProcessHandle.of(pod.status().pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }

    /// Presses the tab key until the focus is on what is named so.
    private static void tabTo(Page page, String name) {
        for (int i = 0; i < 60; i++) {
            page.keyboard().press("Tab");
            if (name.equals(page.evaluate("document.activeElement.textContent.trim()"))) {
                return;
            }
        }
        throw new AssertionError("no way to " + name + " by the tab key");
    }

    @Test
    @Order(14)
    void hundredThousandLetters_arePaged() throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement()) {
            statement.execute("""
                    INSERT INTO dead_letters (id, topic, place, key, value, headers, reason, detail, cause, exception,
                        attempts, dead_at, born_at, replays)
                    SELECT 'crowd-0-' || n, 'crowd', 'crowd_dlq-0-' || n, '', '', '', 'crowd', 'one of many', '', '', 1,
                        now() - n * interval '1 second', now(), 0
                    FROM generate_series(1, 100000) n""");
            Page page = desk.operator("dead-letters");
            page.getByLabel("Topic", new Page.GetByLabelOptions().setExact(true))
                    .fill("crowd");
            page.getByLabel("Topic", new Page.GetByLabelOptions().setExact(true))
                    .press("Enter");
            Locator first = page.locator("table.letters tbody a").first();
            assertThat(first).hasText("crowd-0-100000");
            assertThat(page.locator("table.letters tbody tr")).hasCount(50);
            button(page, "Older").click();
            assertThat(first).hasText("crowd-0-99950");
            button(page, "Newer").click();
            assertThat(first).hasText("crowd-0-100000");
            button(page, "Count first").click();
            assertThat(region(page, "Replay many").locator(".notice.plain")).containsText("100,000 open letters match");
            page.navigate(pod.url() + "/console/#/overview");
            assertThat(page.locator(".stat .huge")).hasText(Pattern.compile("100,0\\d\\d"));
            statement.execute("DELETE FROM dead_letters WHERE topic = 'crowd'");
        }
    }

    /// Else the next one would show nothing.
    @Test
    @Order(16)
    void barriers_wherePagesHaveSome_areFound() {
        Page page = desk.sit(1_280, ColorScheme.LIGHT);
        page.setContent("<html lang='en'><title>A page</title><main><button></button></main></html>");
        List<String> found = Desk.barriers(page);
        assertTrue(found.size() == 1 && found.getFirst().startsWith("button-name"), found.toString());
    }

    /// What keeps people out is looked for in each theme at one width, as axe takes seconds for each; under `-Psoak` at
    /// every width in both themes.
    @Test
    @Order(16)
    void everyView_atEveryWidthInBothThemes_fitsAndKeepsNobodyOut() throws Exception {
        String letter = poison(unknownUser(7));
        // something for the time line and the audit: the pod may be young, and nothing have changed since
        HttpRequest order = request("PUT", "/ops/degradation/override", Tokens.operator())
                .header("Content-Type", "application/json")
                .method("PUT", HttpRequest.BodyPublishers.ofString("""
                        {"feature": "recommendations", "level": "minimal", "reason": "to be seen", "ttlSeconds": 60}"""))
                .build();
        assertEquals(200, HTTP.send(order, HttpResponse.BodyHandlers.ofString()).statusCode());
        ask("DELETE", "/ops/degradation/override?feature=recommendations", Tokens.operator());
        List<String> found = new ArrayList<>();
        boolean soak = System.getProperty("ballast.soak") != null;
        for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : List.of(360, 1_280, 2_560)) {
                boolean closely = soak || width == (theme == ColorScheme.LIGHT ? 1_280 : 360);
                String suffix = "-" + width + "-" + theme.name().toLowerCase(java.util.Locale.ROOT);
                Page door = desk.sit(width, theme);
                door.navigate(pod.url() + "/console/");
                assertThat(button(door, "operator")).isVisible();
                inspect(door, "sign-in" + suffix, closely, found);
                Page page = desk.operator("overview", width, theme);
                for (String view : VIEWS) {
                    page.navigate(pod.url() + "/console/#/" + view);
                    assertThat(page.locator("main section h2").first()).isVisible();
                    assertThat(page.locator("main section table, main .timeline")
                                    .first())
                            .isAttached();
                    inspect(page, view + suffix, closely, found);
                }
                page.navigate(pod.url() + "/console/#/dead-letters/" + letter);
                assertThat(page.locator("pre").last()).isVisible();
                inspect(page, "letter" + suffix, closely, found);
                page.navigate(pod.url() + "/console/#/limits");
                change(page, "20");
                assertThat(button(page, "Apply on every pod")).isVisible();
                inspect(page, "policy-editor" + suffix, closely, found);
                page.navigate(pod.url() + "/console/#/cache");
                page.evaluate("(token) => sessionStorage.setItem('ballast.token', token)", forged());
                assertThat(page.getByRole(AriaRole.DIALOG)).isVisible();
                inspect(page, "sign-in-dialog" + suffix, closely, found);
                desk.rise();
            }
        }
        assertEquals(List.of(), found);
    }

    private static void inspect(Page page, String name, boolean closely, List<String> found) {
        desk.screenshot(page, name);
        if (number(page, "document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0) {
            found.add(name + " is wider than the window");
        }
        if (closely) {
            Desk.barriers(page).forEach(one -> found.add(name + " " + one));
        }
    }

    /// An operator's token that nobody has signed whom the service knows.
    private static String forged() throws Exception {
        return Tokens.as("operator")
                .subject("mallory")
                .signedWith(
                        KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate())
                .sign();
    }

    @Test
    @Order(17)
    void refusedDeed_staysSaid_andNothingThatTicksIsReadOut() throws Exception {
        String id = poison(MARKUP);
        Page page = desk.operator("dead-letters/" + id);
        assertThat(button(page, "Replay")).isVisible();
        // somebody else was first, which this page does not know
        assertEquals(
                200,
                ask("POST", "/ops/dead-letters/" + id + "/replay", Tokens.operator())
                        .statusCode());
        button(page, "Replay").click();
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
        page.evaluate("""
                window.told = 0;
                new MutationObserver(() => window.told++).observe(document.querySelector('.connection [role=status]'),
                    {subtree: true, childList: true, characterData: true, attributes: true});
                """);
        page.waitForTimeout(5_000);
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
        assertEquals(0, number(page, "window.told"));
    }

    @Test
    @Order(18)
    void skipLink_leadsToTheContent_ofTheSameView() {
        Page page = desk.operator("audit");
        page.locator("a.skip").focus();
        page.keyboard().press("Enter");
        assertEquals("main", page.evaluate("document.activeElement.id"));
        assertThat(page).hasURL(pod.url() + "/console/#/audit");
        page.navigate(pod.url() + "/console/#/constructor");
        assertThat(page).hasTitle("Overview · Ballast");
    }

    @Test
    @Order(19)
    void signedOut_asksNothingMore() {
        Page page = desk.operator("overview");
        button(page, "Sign out").click();
        assertThat(button(page, "operator")).isVisible();
        List<String> asked = new ArrayList<>();
        page.onRequest(request -> asked.add(URI.create(request.url()).getPath()));
        page.waitForTimeout(6_000);
        assertEquals(
                List.of(),
                asked.stream().filter(path -> path.startsWith("/ops")).toList());
    }

    private static int number(Page page, String expression) {
        return ((Number) page.evaluate(expression)).intValue();
    }

    private static Page.GetByRoleOptions named(String name) {
        return new Page.GetByRoleOptions().setName(name);
    }

    private static Locator link(Page page, String id) {
        return page.getByRole(AriaRole.LINK, named(id).setExact(true));
    }

    /// Writes a record that dies, with markup in a header, and waits for its letter; answers its id.
    private static String poison(String value) throws Exception {
        String id;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", STACK.kafkaBootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>("payments", key(value).getBytes(UTF_8), value.getBytes(UTF_8));
            record.headers().add("x-sender", "<b>who</b>".getBytes(UTF_8));
            var place = producer.send(record).get();
            id = place.topic() + "-" + place.partition() + "-" + place.offset();
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        ask("GET", "/ops/dead-letters/" + id, Tokens.operator()).statusCode() == 200);
        return id;
    }

    private static String unknownUser(int i) {
        return """
                {"eventId":"%1$s","orderId":"%1$s","userId":%2$d,"amount":100,"currency":"EUR","occurredAt":"2026-01-31T12:00:00Z"}""".formatted(java.util.UUID.randomUUID(), 900_000_000_000L + i);
    }

    private static String key(String value) {
        return value.replaceAll("(?s).*\"userId\":([0-9]+).*", "$1").replaceAll("(?s)[^0-9].*", "1");
    }

    /// How many records were sent again so far.
    private static long sent() throws SQLException {
        try (Connection sql = STACK.sql();
                Statement statement = sql.createStatement();
                var row = statement.executeQuery("SELECT coalesce(sum(sends), 0) FROM dead_letters")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static HttpResponse<String> ask(String method, String path, String token)
            throws IOException, InterruptedException {
        return HTTP.send(request(method, path, token).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String method, String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(pod.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }
}
