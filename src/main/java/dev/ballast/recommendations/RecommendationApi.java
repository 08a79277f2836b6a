package dev.ballast.recommendations;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks the external recommendation API: `GET {url}/recommendations/{userId}`. An answer is whole, correct and
/// small, or it is none: redirects are not followed, and the deadline holds for the last byte as well as for the
/// first.
final class RecommendationApi {
    private final Vertx vertx;
    private final String url;
    private final HttpClient client;
    private final RecommendationSettings settings;
    private final ObjectReader reader;

    /// @param url before `/recommendations/{userId}`
    /// @param connections of its own
    RecommendationApi(Vertx vertx, String url, RecommendationSettings settings, ObjectMapper mapper, int connections) {
        this.vertx = vertx;
        this.url = url;
        this.settings = settings;
        // what the API may say beyond what is asked for is its own matter
        this.reader = mapper.readerFor(ApiAnswer.class)
                .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                // an item without a score is not one of score 0
                .with(
                        DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        this.client = vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) settings.api().timeout().toMillis())
                        .setDecompressionSupported(false), // a small body could become an endless one
                new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(connections));
    }

    /// Items for a user, best first, never none. Fails with [NoItems], a `TimeoutException`, or however the
    /// connection fails. Giving up ends the exchange.
    Uni<List<Item>> itemsFor(long userId) {
        return Uni.createFrom()
                .<Buffer>emitter(emitter -> new Exchange(emitter).begin(userId))
                .map(body -> items(userId, body));
    }

    void close() {
        client.close();
    }

    private List<Item> items(long userId, Buffer body) {
        ApiAnswer answer;
        try {
            answer = reader.readValue(body.getBytes());
        } catch (IOException rubbish) {
            throw new NoItems("the body is not what was agreed", true);
        }
        if (answer == null || answer.userId() != userId || answer.items() == null) {
            throw new NoItems("the answer is another one", true);
        }
        if (answer.items().isEmpty()) {
            throw new NoItems("it knows of nothing for this user", false);
        }
        return answer.items().stream()
                .limit(settings.items())
                .map(RecommendationApi::checked)
                .toList();
    }

    private static Item checked(@Nullable Item item) {
        if (item == null || !item.isWhole()) {
            throw new NoItems("an item is incomplete", true);
        }
        return item;
    }

    /// One request and its answer.
    private final class Exchange {
        private final UniEmitter<? super Buffer> emitter;
        private final Buffer body = Buffer.buffer();
        private volatile boolean over;
        private volatile @Nullable HttpClientRequest request;

        Exchange(UniEmitter<? super Buffer> emitter) {
            this.emitter = emitter;
        }

        void begin(long userId) {
            long limit = settings.api().timeout().toMillis();
            // by the event loop's own timer, so that the fallback goes on where the request came from
            long timer =
                    vertx.setTimer(limit, _ -> fail(new TimeoutException("no whole answer within " + limit + " ms")));
            emitter.onTermination(() -> {
                vertx.cancelTimer(timer);
                end();
            });
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.GET)
                    .setFollowRedirects(false)
                    .setAbsoluteURI(url + "/recommendations/" + userId)
                    .putHeader("Accept", "application/json");
            client.request(options).onSuccess(this::send).onFailure(this::fail);
        }

        private void send(HttpClientRequest opened) {
            request = opened;
            opened.exceptionHandler(this::fail); // without one, a reset is logged as an error
            // Listened to here and not where the call came from: the connection may belong to another event loop, and
            // the body be over before this one is told of the head.
            opened.response().onSuccess(this::receive).onFailure(this::fail);
            if (over) {
                var _ = opened.reset();
            }
            var _ = opened.send();
        }

        private void receive(HttpClientResponse response) {
            response.exceptionHandler(this::fail);
            response.handler(this::take);
            response.endHandler(_ -> complete(response.statusCode()));
        }

        private void take(Buffer part) {
            if (body.length() + part.length() > settings.api().maxResponseBytes()) {
                fail(new NoItems("the body does not end", true));
            } else if (!over) {
                body.appendBuffer(part);
            }
        }

        /// Errors are read to their end as well, so that the connection can be used again.
        private void complete(int status) {
            if (over) {
                return;
            }
            over = true;
            if (status == 200) {
                emitter.complete(body);
            } else {
                emitter.fail(new NoItems("it answered " + status, status < 400 || status >= 500));
            }
        }

        private void fail(Throwable cause) {
            if (!over) {
                end();
                emitter.fail(cause);
            }
        }

        /// Resets what is not over, which closes the connection: nobody reads the rest.
        private void end() {
            HttpClientRequest opened = request;
            if (!over && opened != null) {
                over = true;
                var _ = opened.reset();
            }
            over = true;
        }
    }
}
