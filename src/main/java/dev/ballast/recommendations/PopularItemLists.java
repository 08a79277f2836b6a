package dev.ballast.recommendations;

import dev.ballast.database.Database;
import dev.ballast.database.Sql;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The lists' rows.
@ApplicationScoped
class PopularItemLists {
    private static final String READ = Sql.read("recommendations", "popular-items");

    private final Database database;
    private final RecommendationSettings settings;

    @Inject
    PopularItemLists(Database database, RecommendationSettings settings) {
        this.database = database;
        this.settings = settings;
    }

    /// The lists among `names` that hold anything, by name.
    Uni<Map<String, PopularItems>> read(Collection<String> names) {
        return database.query(READ, Tuple.of(names.toArray(String[]::new), settings.items()))
                .map(PopularItemLists::lists);
    }

    private static Map<String, PopularItems> lists(RowSet<Row> rows) {
        Map<String, List<Item>> items = new HashMap<>();
        for (Row row : rows) {
            items.computeIfAbsent(row.getString("list"), _ -> new ArrayList<>())
                    .add(new Item(row.getString("item_id"), row.getString("title"), row.getDouble("score")));
        }
        Map<String, PopularItems> lists = new HashMap<>();
        items.forEach((name, list) -> lists.put(name, new PopularItems(list)));
        return lists;
    }
}
