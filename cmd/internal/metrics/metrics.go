// Package metrics knows what is counted for those who run wismo, and how
// Prometheus reads it. Labels are enumerations only: nothing a customer wrote,
// no address and no order ever becomes one.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts. Build it with New; it is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	webhooks *prometheus.CounterVec
}

// New returns counters at zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wismo_webhooks_total",
			Help: "Requests to the providers' routes by route and by what became of them.",
		}, []string{"route", "outcome"}),
	}
	m.registry.MustRegister(m.webhooks, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Webhook counts one request to a provider's route.
func (m *Metrics) Webhook(route, outcome string) {
	m.webhooks.WithLabelValues(route, outcome).Inc()
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
