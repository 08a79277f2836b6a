package dev.ballast.degradation;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/// The lines that one class logs while this is open.
public final class LogCapture implements AutoCloseable {
    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger logger;
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            String text = entry instanceof ExtLogRecord known ? known.getFormattedMessage() : entry.getMessage();
            lines.add(new Line(text, Thread.currentThread()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private record Line(String text, Thread by) {}

    public LogCapture(Class<?> logging) {
        this(logging.getName());
    }

    /// For classes that only their own room knows.
    public LogCapture(String logging) {
        logger = Logger.getLogger(logging);
        logger.addHandler(handler);
    }

    public List<String> lines() {
        return lines.stream().map(Line::text).toList();
    }

    List<String> linesBy(Thread thread) {
        return lines.stream()
                .filter(line -> line.by() == thread)
                .map(Line::text)
                .toList();
    }

    public long count(String part) {
        return lines().stream().filter(line -> line.contains(part)).count();
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
