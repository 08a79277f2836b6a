package dev.ballast.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/// Somebody on call in front of a browser. It writes down whatever the page should never do: errors, refusals of the
/// Content-Security-Policy, calls of other hosts, titles that somebody else has set.
final class Desk implements AutoCloseable {
    static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final int PATIENCE_MS = 20_000;

    private final Playwright playwright;
    private final Browser browser;
    private final String url;
    private final List<BrowserContext> contexts = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    Desk(String url) {
        this.url = url;
        if (!Files.isExecutable(CHROMIUM)) {
            String missing = CHROMIUM + " is not there: apt-get install --no-install-recommends chromium";
            if ("true".equals(System.getenv("CI"))) {
                throw new AssertionError(missing);
            }
            Assumptions.abort(missing);
        }
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of("--no-sandbox"))); // Chromium has none for root
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    }

    /// A new browser window with nothing in it, not signed in.
    Page sit(int width, ColorScheme theme) {
        int height = width < 500 ? 740 : width > 2_000 ? 1_440 : 900;
        BrowserContext context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(theme));
        contexts.add(context);
        Page page = context.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        page.onPageError(error -> complaints.add("error: " + error));
        page.onDialog(dialog -> complaints.add("dialog: " + dialog.message()));
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")
                    || message.text().contains("Uncaught")) {
                complaints.add("console: " + message.text());
            }
        });
        page.onRequest(request -> {
            if (!request.url().startsWith("about:")
                    && !URI.create(request.url())
                            .getAuthority()
                            .equals(URI.create(url).getAuthority())) {
                complaints.add("asks " + request.url());
            }
        });
        return page;
    }

    Page operator(String view) {
        return operator(view, 1_280, ColorScheme.LIGHT);
    }

    /// Signed in by one click, and looking at a view.
    Page operator(String view, int width, ColorScheme theme) {
        Page page = sit(width, theme);
        page.navigate(url + "/console/#/" + view);
        button(page, "operator").click();
        live(page);
        return page;
    }

    static void live(Page page) {
        PlaywrightAssertions.assertThat(page.locator(".connection.live")).isVisible();
    }

    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator region(Page page, String heading) {
        return page.locator("section")
                .filter(new Locator.FilterOptions()
                        .setHas(page.getByRole(
                                AriaRole.HEADING,
                                new Page.GetByRoleOptions().setName(heading).setLevel(2))));
    }

    void screenshot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
    }

    /// What axe finds that keeps people out, looking in the page itself, as it has no frames.
    static List<String> barriers(Page page) {
        return new AxeBuilder(page)
                .setLegacyMode(true).analyze().getViolations().stream()
                        .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                        .flatMap(rule -> rule.getNodes().stream()
                                .map(node -> rule.getId() + " at " + node.getTarget() + ": " + node.getHtml()))
                        .toList();
    }

    /// Closes all windows; fails where a page did what none should.
    void rise() {
        contexts.forEach(BrowserContext::close);
        contexts.clear();
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        assertEquals(List.of(), all);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
