package dev.ballast.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Mends what the instrumentation gets wrong, when a span begins: statements say which database they are for and are
/// named by what they do, scripts by their names, and what stands in a path or a query of a person is left out.
@Singleton
class SpanCorrections implements SpanProcessor {
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system");
    private static final AttributeKey<String> SYSTEM_NAME = AttributeKey.stringKey("db.system.name");
    private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");
    private static final AttributeKey<String> STATEMENT = AttributeKey.stringKey("db.statement");
    private static final AttributeKey<String> TEXT = AttributeKey.stringKey("db.query.text");
    private static final AttributeKey<String> OLD_OPERATION = AttributeKey.stringKey("db.operation");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    private static final AttributeKey<String> SUMMARY = AttributeKey.stringKey("db.query.summary");
    private static final AttributeKey<String> PROCEDURE = AttributeKey.stringKey("db.stored_procedure.name");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> QUERY = AttributeKey.stringKey("url.query");
    private static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");

    private static final String REDIS = "redis";
    private static final String POSTGRESQL = "postgresql";

    private static final ThreadLocal<@Nullable String> PROCEDURE_CALLED = new ThreadLocal<>();

    static <T extends @Nullable Object> T named(String procedure, Supplier<T> call) {
        PROCEDURE_CALLED.set(procedure);
        try {
            return call.get();
        } finally {
            PROCEDURE_CALLED.remove();
        }
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        if (span.getKind() == SpanKind.SERVER) {
            replace(span, PATH);
            replace(span, QUERY);
        } else if (span.getKind() == SpanKind.CLIENT) {
            String system = span.getAttribute(SYSTEM);
            if (system == null) {
                replace(span, URL);
            } else if (system.equals(REDIS)) {
                ofRedis(span);
            } else {
                ofPostgresql(span, system);
            }
        }
    }

    private static void ofRedis(ReadWriteSpan span) {
        span.setAttribute(SYSTEM_NAME, REDIS);
        repeat(span, OLD_OPERATION, OPERATION);
        String procedure = PROCEDURE_CALLED.get();
        if (procedure != null) {
            span.setAttribute(PROCEDURE, procedure);
            span.updateName(span.getName() + " " + procedure);
        }
    }

    /// Where its system should stand, the client puts the database's name.
    private static void ofPostgresql(ReadWriteSpan span, String database) {
        span.setAttribute(SYSTEM, POSTGRESQL);
        span.setAttribute(SYSTEM_NAME, POSTGRESQL);
        span.setAttribute(NAMESPACE, database);
        repeat(span, OLD_OPERATION, OPERATION);
        String statement = span.getAttribute(STATEMENT);
        if (statement != null) {
            String summary = StatementSummary.of(statement);
            span.setAttribute(SUMMARY, summary);
            span.setAttribute(TEXT, statement);
            span.updateName(summary);
        }
    }

    /// The conventions have other names since; who looks for the old ones finds them too.
    private static void repeat(ReadWriteSpan span, AttributeKey<String> old, AttributeKey<String> now) {
        String value = span.getAttribute(old);
        if (value != null) {
            span.setAttribute(now, value);
        }
    }

    private static void replace(ReadWriteSpan span, AttributeKey<String> key) {
        String given = span.getAttribute(key);
        if (given != null) {
            String shown = key == QUERY ? Discretion.query(given) : Discretion.url(given);
            if (!shown.equals(given)) {
                span.setAttribute(key, shown);
            }
        }
    }

    @Override
    public void onEnd(ReadableSpan span) {
        // what it says by then is right
    }

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
