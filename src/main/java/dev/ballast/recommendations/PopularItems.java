package dev.ballast.recommendations;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/// A list as the cache keeps it, most popular first; never empty.
@RegisterForReflection
record PopularItems(List<Item> items) {
    PopularItems {
        items = List.copyOf(items);
    }
}
