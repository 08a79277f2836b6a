package dev.ballast.ratelimit;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The arguments of one call of `lua/rate-limit.lua`, and its reply. Holds any number of requests, which the script
/// decides in their order. Confined to one thread.
final class ScriptCall {
    private static final int SHADOW = 128;
    /// For what the script keeps by key.
    private static final byte[] ROOM = new byte[7];

    private static final int REPLY_BYTES_PER_CHARGE = 4 * Long.BYTES;

    private final List<List<Charge>> requests = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    private final List<String> keys = new ArrayList<>();
    private final Buffer settings = Buffer.buffer();
    private final Buffer charges = Buffer.buffer();

    void add(List<Charge> request) {
        requests.add(request);
        charges.appendMediumLE(request.size());
        for (Charge charge : request) {
            charges.appendMediumLE(place(charge)).appendMediumLE((int) charge.cost());
        }
    }

    /// A policy that changed between two requests of one call is for both what it is for the first.
    private int place(Charge charge) {
        String key = LimitKeys.of(charge);
        Integer known = places.get(key);
        if (known != null) {
            return known;
        }
        keys.add(key);
        places.put(key, keys.size());
        Policy policy = charge.policy();
        settings.appendByte((byte) (number(policy.algorithm()) + (policy.shadow() ? SHADOW : 0)));
        boolean bucket = policy.algorithm() == Algorithm.TOKEN_BUCKET;
        append7(bucket ? policy.burst() * policy.intervalMicros() : policy.limit());
        append7(bucket ? policy.intervalMicros() : policy.windowMicros());
        settings.appendBytes(ROOM);
        return keys.size();
    }

    private static int number(Algorithm algorithm) {
        return switch (algorithm) {
            case SLIDING_WINDOW_LOG -> 1;
            case SLIDING_WINDOW_COUNTER -> 2;
            case TOKEN_BUCKET -> 3;
        };
    }

    private void append7(long number) {
        settings.appendIntLE((int) number).appendMediumLE((int) (number >>> Integer.SIZE));
    }

    List<String> keys() {
        return keys;
    }

    /// @param charging whether to charge, or to look only
    List<Buffer> arguments(boolean charging) {
        return List.of(Buffer.buffer(charging ? "1" : "0"), settings, charges);
    }

    int size() {
        return requests.size();
    }

    /// Where every charge of every request stands, in the order they were added.
    List<List<Standing>> standings(Buffer reply) {
        List<List<Standing>> all = new ArrayList<>(requests.size());
        int at = 0;
        for (List<Charge> request : requests) {
            List<Standing> standings = new ArrayList<>(request.size());
            for (Charge charge : request) {
                standings.add(standing(charge, reply, at));
                at += REPLY_BYTES_PER_CHARGE;
            }
            all.add(standings);
        }
        return all;
    }

    private static Standing standing(Charge charge, Buffer reply, int at) {
        long retry = reply.getLongLE(at + Long.BYTES);
        return new Standing(
                charge,
                retry == 0,
                reply.getLongLE(at),
                retry < 0 ? Standing.NEVER : micros(retry),
                micros(reply.getLongLE(at + 2 * Long.BYTES)),
                micros(reply.getLongLE(at + 3 * Long.BYTES)));
    }

    private static Duration micros(long micros) {
        return Duration.ofNanos(micros * 1_000);
    }
}
