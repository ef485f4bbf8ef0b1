package metrics_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"wismo/cmd/internal/metrics"
)

func TestWebhooksAreCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	m.Webhook("message", "forged")
	m.Webhook("message", "forged")
	m.Webhook("status", "accepted")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`wismo_webhooks_total{outcome="forged",route="message"} 2`,
		`wismo_webhooks_total{outcome="accepted",route="status"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s is missing", want)
		}
	}
}
