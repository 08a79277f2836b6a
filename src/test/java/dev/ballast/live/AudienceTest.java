package dev.ballast.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AudienceTest {
    private final Audience<Integer> audience = new Audience<>();

    @Test
    void tell_readerIsSlow_waitsForIt() {
        AssertSubscriber<Integer> slow =
                audience.follow(() -> 0).subscribe().withSubscriber(AssertSubscriber.create(1));
        audience.tell(1);
        audience.tell(2);
        slow.assertItems(0).request(10).assertItems(0, 1, 2).assertNotTerminated();
    }

    @Test
    void tell_readerIsTooSlow_endsItsStreamAfterWhatWaited_andKeepsTheOthers() {
        AssertSubscriber<Integer> slow =
                audience.follow(() -> 0).subscribe().withSubscriber(AssertSubscriber.create(1));
        AssertSubscriber<Integer> quick =
                audience.follow(() -> 0).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        int told = Audience.BEHIND + 2;
        IntStream.rangeClosed(1, told).forEach(audience::tell);
        slow.request(Long.MAX_VALUE).assertCompleted();
        List<Integer> got = slow.getItems();
        assertTrue(got.size() <= told, got::toString);
        assertEquals(IntStream.range(0, got.size()).boxed().toList(), got);
        quick.assertNotTerminated();
        assertEquals(told + 1, quick.getItems().size());
    }

    /// Something is told while a reader comes: it is in what the reader is told first, or comes after it.
    @Test
    void follow_amidWhatIsTold_hasNoGap() throws Exception {
        for (int round = 0; round < 200; round++) {
            AtomicInteger written = new AtomicInteger();
            Thread teller = Thread.ofPlatform().start(() -> {
                for (int i = 1; i <= 100; i++) {
                    written.set(i);
                    audience.tell(i);
                }
            });
            AssertSubscriber<Integer> reader =
                    audience.follow(written::get).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
            teller.join();
            List<Integer> got = reader.getItems();
            int first = got.getFirst();
            assertEquals(
                    IntStream.rangeClosed(first + 1, 100).boxed().toList(),
                    got.stream().skip(1).filter(one -> one > first).toList());
            reader.cancel();
        }
    }

    @Test
    void follow_readerLeaves_isNotToldAnyMore() {
        AssertSubscriber<Integer> reader =
                audience.follow(() -> 0).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        reader.cancel();
        audience.tell(1);
        reader.assertItems(0);
    }

    @Test
    void end_completesAll_andWhoComesLater() {
        AssertSubscriber<Integer> before =
                audience.follow(() -> 0).subscribe().withSubscriber(AssertSubscriber.create(Long.MAX_VALUE));
        audience.end();
        before.assertCompleted();
        audience.follow(() -> 0)
                .subscribe()
                .withSubscriber(AssertSubscriber.create(Long.MAX_VALUE))
                .assertCompleted();
    }
}
