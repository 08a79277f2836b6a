package dev.ballast.redis;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A Redis server of a test class's own, and a connection to it with the settings of [RedisFixture#connectedTo].
public final class OneRedis implements BeforeAllCallback, AfterAllCallback {
    private final RedisProcess server = new RedisProcess();
    private RedisFixture fixture;

    @Override
    public void beforeAll(ExtensionContext context) {
        server.start();
        fixture = RedisFixture.connectedTo(server);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        fixture.close();
        server.close();
    }

    public RedisProcess server() {
        return server;
    }

    public RedisFixture fixture() {
        return fixture;
    }

    public RedisCommands commands() {
        return fixture.commands();
    }
}
