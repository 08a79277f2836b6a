package dev.ballast.objectives;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.CollectorRegistry;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/// Keeps exemplars where OpenMetrics allows them, with buckets and counters. The client attaches them to the counts of
/// histograms too, for which Prometheus refuses the whole scrape.
@Singleton
class Exemplars {
    private static final String COUNT = "_count";

    @Produces
    @Singleton
    CollectorRegistry registry() {
        return new CollectorRegistry(true) {
            @Override
            public Enumeration<MetricFamilySamples> metricFamilySamples() {
                return Collections.enumeration(Collections.list(super.metricFamilySamples()).stream()
                        .map(Exemplars::allowed)
                        .toList());
            }
        };
    }

    private static MetricFamilySamples allowed(MetricFamilySamples family) {
        if (family.samples.stream().allMatch(Exemplars::isAllowed)) {
            return family;
        }
        List<Sample> samples = family.samples.stream()
                .map(sample -> isAllowed(sample)
                        ? sample
                        : new Sample(
                                sample.name, sample.labelNames, sample.labelValues, sample.value, sample.timestampMs))
                .toList();
        return new MetricFamilySamples(family.name, family.unit, family.type, family.help, samples);
    }

    private static boolean isAllowed(Sample sample) {
        return sample.exemplar == null || !sample.name.endsWith(COUNT);
    }
}
