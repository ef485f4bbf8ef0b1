// Package metrics knows what is counted for those who run wismo, and how
// Prometheus reads it. Labels are enumerations only: nothing a customer wrote,
// no address and no order ever becomes one.
package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts. Build it with New; it is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	webhooks *prometheus.CounterVec
	mails    *prometheus.CounterVec
}

// New returns counters at zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wismo_webhooks_total",
			Help: "Requests to the providers' routes by route and by what became of them.",
		}, []string{"route", "outcome"}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wismo_mails_total",
			Help: "Mails read, by what became of them: taken, or the reason for which they are ignored.",
		}, []string{"outcome"}),
	}
	m.registry.MustRegister(m.webhooks, m.mails, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Webhook counts one request to a provider's route.
func (m *Metrics) Webhook(route, outcome string) {
	m.webhooks.WithLabelValues(route, outcome).Inc()
}

// Mail counts a mail that was read, reason is why it is ignored, empty if it is not.
func (m *Metrics) Mail(reason string) {
	if reason == "" {
		reason = "taken"
	}
	m.mails.WithLabelValues(reason).Inc()
}

// Mailbox shows when a mailbox was last heard from, as Unix seconds, 0 if another
// replica reads it or nobody can. Mailboxes are told apart by their place in the
// configuration, since a label holds no address.
func (m *Metrics) Mailbox(place int, contact func() time.Time) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "wismo_mailbox_contact_seconds", Help: "When this replica last heard from the mailbox, by its place in the configuration.",
		ConstLabels: prometheus.Labels{"mailbox": strconv.Itoa(place)},
	}, func() float64 {
		if at := contact(); !at.IsZero() {
			return float64(at.Unix())
		}
		return 0
	}))
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
