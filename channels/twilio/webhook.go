package twilio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"time"

	"wismo/core/message"
)

// Route is one path that Twilio calls; the server mounts it where the public
// can reach it.
type Route struct {
	// Pattern as http.ServeMux takes it: "POST /twilio/AC…/message".
	Pattern string
	// Handler answers it.
	Handler http.Handler
}

// RouteName names a route in counts.
type RouteName string

// The routes.
const (
	MessageRoute RouteName = "message"
	StatusRoute  RouteName = "status"
)

// Outcome says what became of a request to a route. The set is closed, so that
// it can label a metric.
type Outcome string

// The outcomes, with the status that each is answered with.
const (
	Accepted      Outcome = "accepted"       // 200: written down
	Repeated      Outcome = "repeated"       // 200: was known already
	Ignored       Outcome = "ignored"        // 200: nothing to write down
	Malformed     Outcome = "malformed"      // 400: no form, or none of ours
	Forged        Outcome = "forged"         // 403: signature wrong or missing
	WrongAccount  Outcome = "wrong_account"  // 403: not our AccountSid
	UnknownNumber Outcome = "unknown_number" // 404: To is not configured
	TooLarge      Outcome = "too_large"      // 413: body above MaxBody
	NotTaken      Outcome = "not_taken"      // 503: could not be written down
)

// Outcomes lists every outcome.
func Outcomes() []Outcome {
	return []Outcome{Accepted, Repeated, Ignored, Malformed, Forged, WrongAccount, UnknownNumber, TooLarge, NotTaken}
}

// Status returns the HTTP status that the outcome is answered with.
func (o Outcome) Status() int {
	switch o {
	case Accepted, Repeated, Ignored:
		return http.StatusOK
	case Malformed:
		return http.StatusBadRequest
	case Forged, WrongAccount:
		return http.StatusForbidden
	case UnknownNumber:
		return http.StatusNotFound
	case TooLarge:
		return http.StatusRequestEntityTooLarge
	default:
		return http.StatusServiceUnavailable
	}
}

// MaxBody is the most bytes that a webhook's body may have.
const MaxBody = 64 << 10

// maxFields is the most fields that a form may have; Twilio's have some sixty.
// Whoever sends more, signed or not, only wants them parsed and sorted.
const maxFields = 1000

// intakeTimeout is how long a webhook waits for its message to be written down.
// Twilio gives up after 15 s.
const intakeTimeout = 10 * time.Second

// Routes returns the paths that Twilio calls for this account: the one that
// messages come to, and the one that reports on sent messages come to. Every
// request to either is verified.
func (a *Account) Routes(intake message.Intake) []Route {
	return []Route{
		a.route(MessageRoute, func(ctx context.Context, form url.Values) Outcome {
			return a.receive(ctx, intake, form)
		}),
		a.route(StatusRoute, func(ctx context.Context, form url.Values) Outcome {
			return a.report(ctx, intake, form)
		}),
	}
}

// MessageURL returns the address to set as a number's webhook in the console.
func (a *Account) MessageURL() string { return a.public + a.path(MessageRoute) }

// StatusURL returns the address that reports on sent messages come to.
func (a *Account) StatusURL() string { return a.public + a.path(StatusRoute) }

func (a *Account) path(name RouteName) string {
	return "/twilio/" + a.cfg.AccountSID + "/" + string(name)
}

func (a *Account) route(name RouteName, take func(context.Context, url.Values) Outcome) Route {
	return Route{
		Pattern: "POST " + a.path(name),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), intakeTimeout)
			defer cancel()
			form, outcome := a.verified(w, r, name)
			if outcome == "" {
				outcome = take(ctx, form)
			}
			a.answer(ctx, w, name, outcome)
		}),
	}
}

// verified reads the form of a request and proves it genuine and ours. The
// outcome is empty if it is.
func (a *Account) verified(w http.ResponseWriter, r *http.Request, name RouteName) (url.Values, Outcome) {
	signature := r.Header.Get(signatureHeader)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, TooLarge
	}
	if err != nil {
		return nil, Malformed
	}
	if signature == "" || len(a.cfg.AuthTokens) == 0 {
		return nil, Forged
	}
	form, errForm := readForm(r, body)
	if errForm != nil {
		return nil, Malformed
	}
	address := a.public + a.path(name)
	if r.URL.RawQuery != "" {
		address += "?" + r.URL.RawQuery
	}
	if !genuine(a.cfg.AuthTokens, signature, address, body, form) {
		return nil, Forged
	}
	if !a.ours(form.Get("AccountSid")) {
		return nil, WrongAccount
	}
	return form, ""
}

var errNoForm = errors.New("not a form")

// readForm parses the raw body; the query's parameters are no part of it.
func readForm(r *http.Request, body []byte) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errNoForm
	}
	if bytes.Count(body, []byte("&")) >= maxFields {
		return nil, errNoForm
	}
	return url.ParseQuery(string(body))
}

// receive hands a message that came by webhook to intake.
func (a *Account) receive(ctx context.Context, intake message.Intake, form url.Values) Outcome {
	m, ok := inbound(form, a.now())
	if !ok {
		if _, spoken := readAddress(repaired(form.Get("To"))); !spoken && form.Get("To") != "" {
			return UnknownNumber // a channel that we do not speak
		}
		return Malformed
	}
	number, ok := a.numberAt(m.To)
	if !ok {
		a.log.ErrorContext(ctx, "a message came to a number that is not configured; add it under numbers",
			"channel", m.Channel, "to", m.To, "message_sid", m.ProviderID)
		return UnknownNumber
	}
	if a.fromUs(m) {
		return Ignored
	}
	m.Shop, m.To = number.Shop, number.address()
	repeated, err := intake.Receive(ctx, m)
	if err != nil {
		a.log.ErrorContext(ctx, "a message could not be written down and was not acknowledged",
			"message_sid", m.ProviderID, "err", err)
		return NotTaken
	}
	if repeated {
		return Repeated
	}
	return Accepted
}

// answer writes the status of outcome, with empty TwiML where Twilio reads it,
// and counts it.
func (a *Account) answer(ctx context.Context, w http.ResponseWriter, name RouteName, outcome Outcome) {
	if a.cfg.Observe != nil {
		a.cfg.Observe(name, outcome)
	}
	status := outcome.Status()
	if status == http.StatusOK {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Response/>`)
		return
	}
	a.log.LogAttrs(ctx, slog.LevelWarn, "webhook refused",
		slog.String("route", string(name)), slog.String("outcome", string(outcome)), slog.Int("status", status))
	http.Error(w, string(outcome), status)
}
