package dev.ballast.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "redis://localhost:6380, localhost:6380",
        "redis://localhost, localhost:6379",
        "redis://:secret@cache.example:6379/2?client=x, cache.example:6379",
        "rediss://user:secret@cache.example, cache.example:6379",
        "redis://user:secret@[::1]:6379, [::1]:6379",
        "redis://:secret@under_score:6379, under_score:6379",
        "unix:///run/redis.sock?password=secret, unix:///run/redis.sock",
    })
    void of_url_namesHostAndPortOnly(String url, String address) {
        assertEquals(address, Address.of(List.of(url)));
    }
}
