// Package sandbox knows how Twilio behaves as seen from outside: a local stand-in
// for its Messaging API that takes messages, lists them, calls webhooks back
// with a genuine signature, and misbehaves when told to. The demo runs against
// it, wismo chat is a phone connected to it, and tests read from it what was
// really sent.
//
// Besides Twilio's own paths it answers a small JSON API for phones in another
// process; see phones.go, and Phones for the client of it.
//
// It answers as the vendor's OpenAPI and documentation say
// (../shared/contracts/twilio); signing is written here a second time, apart
// from channels/twilio, so that neither can be wrong unnoticed.
package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Config describes the account that the sandbox plays.
type Config struct {
	// AccountSID and AuthToken, as an adapter is configured with; defaults are
	// DefaultAccountSID and DefaultAuthToken.
	AccountSID, AuthToken string
	// APIKeySID and APIKeySecret are accepted for calls too, if set.
	APIKeySID, APIKeySecret string
	// Numbers are the account's own. At least one.
	Numbers []Number
	// Webhook is where messages to the numbers are posted, exactly as the
	// receiver is configured to check it. Empty: nowhere, they are only listed.
	// SetWebhook changes it.
	Webhook string
	// Customers are offered to phones as examples.
	Customers []Customer
	// Mail is where the shop's mail goes, told to phones that also write mail.
	Mail Mail
	// Latency delays every answer of the REST API.
	Latency time.Duration
	// ListLag is how long a message takes to show in lists.
	ListLag time.Duration
	// Callbacks says how status callbacks are made.
	Callbacks Callbacks
	// AnswersOptOut adds OptOutType to STOP, START and HELP, as a Messaging
	// Service with Advanced Opt-Out does. Such words change who may be written
	// to in any case.
	AnswersOptOut bool
	// Window makes WhatsApp messages fail with 63016 unless the customer has
	// written within 24 hours.
	Window bool
	// Validate, if set, judges every request to the REST API, its form parsed
	// (nil for GET). An error answers 400 and is kept for Violations.
	Validate func(r *http.Request, form url.Values) error
	// Now is the clock, nil for the real one.
	Now func() time.Time
}

// What Config leaves empty.
const (
	DefaultAccountSID = "AC00000000000000000000000000005a4d"
	DefaultAuthToken  = "sandboxtoken0000000000000000001"
)

// Number is one of the account's own addresses.
type Number struct {
	// Address as Twilio writes it: "+14155550100", "whatsapp:+14155550100".
	Address string
	// ServiceSID of the Messaging Service it belongs to, empty if none.
	ServiceSID string
}

// Mail is where a local mail server listens and to which address customers write.
type Mail struct {
	SMTP     string `json:"smtp"`
	IMAP     string `json:"imap"`
	Password string `json:"password"`
	Shop     string `json:"shop"`
}

// Customer is an example of somebody who may write.
type Customer struct {
	// Name and Phone (E.164) of the person.
	Name  string `json:"name"`
	Phone string `json:"phone"`
	// Email that is on the person's orders.
	Email string `json:"email,omitempty"`
	// Hint is something worth asking about.
	Hint string `json:"hint,omitempty"`
}

// Twilio is the sandbox. It is an http.Handler, safe for concurrent use. Close
// must be called at its end.
type Twilio struct {
	cfg    Config
	now    func() time.Time
	mux    *http.ServeMux
	client *http.Client
	done   chan struct{}
	stop   context.CancelFunc
	ctx    context.Context //nolint:containedctx // the life of the callback workers
	work   sync.WaitGroup
	server *http.Server
	calls  *callbackQueue

	mu         sync.Mutex
	url        string // where it listens
	webhook    string
	reach      []string
	turn       int
	kept       ledger
	optedOut   map[pair]bool
	lastHeard  map[pair]time.Time
	fates      map[string]Fate
	mischief   []*Mischief
	violations []error
	changed    chan struct{} // closed when a message goes out
	closed     bool
}

// pair is a customer and one of our numbers, as Twilio writes them.
type pair struct{ customer, ours string }

// New returns a sandbox. Serve it from a server of the caller's, or Start it.
func New(cfg Config) *Twilio {
	cfg.AccountSID = cmp.Or(cfg.AccountSID, DefaultAccountSID)
	cfg.AuthToken = cmp.Or(cfg.AuthToken, DefaultAuthToken)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	ctx, stop := context.WithCancel(context.Background())
	t := &Twilio{
		cfg: cfg, now: cfg.Now, ctx: ctx, stop: stop, done: make(chan struct{}), webhook: cfg.Webhook,
		client:   &http.Client{Transport: newTransport(), Timeout: webhookTimeout},
		optedOut: make(map[pair]bool), lastHeard: make(map[pair]time.Time), fates: make(map[string]Fate),
		changed: make(chan struct{}), kept: newLedger(), calls: newCallbackQueue(),
	}
	t.mux = t.routes()
	for range callbackWorkers {
		t.work.Go(t.callBack)
	}
	return t
}

func newTransport() *http.Transport {
	return &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: 30 * time.Second}
}

// routes lists every path that is answered.
func (t *Twilio) routes() *http.ServeMux {
	mux := http.NewServeMux()
	const account = "/2010-04-01/Accounts/{account}"
	mux.HandleFunc("POST "+account+"/Messages.json", t.api(OnSend, t.create))
	mux.HandleFunc("GET "+account+"/Messages.json", t.api(OnList, t.list))
	mux.HandleFunc("GET "+account+"/Messages/{sid}", t.api(OnList, t.fetch))
	mux.HandleFunc("GET "+account+"/Messages/{message}/Media.json", t.api(OnList, t.listMedia))
	mux.HandleFunc("GET "+account+"/Messages/{message}/Media/{sid}", t.api(OnMedia, t.media))
	mux.HandleFunc("GET "+account+"/IncomingPhoneNumbers.json", t.api(OnList, t.numbers))
	mux.HandleFunc("GET /2010-04-01/Accounts/{sid}", t.api(OnList, t.account))
	mux.HandleFunc("GET /cdn/{sid}", t.cdn)
	mux.HandleFunc("GET /sandbox/customers", t.local(t.phoneCustomers))
	mux.HandleFunc("POST /sandbox/messages", t.local(t.phoneMessage))
	mux.HandleFunc("GET /sandbox/replies", t.local(t.phoneReplies))
	return mux
}

// ServeHTTP implements http.Handler.
func (t *Twilio) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.mux.ServeHTTP(w, r) }

// Start listens on a loopback address, such as "127.0.0.1:0", and returns the
// URL to configure as base URL. Close ends it.
func (t *Twilio) Start(address string) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !loopbackHost(host) {
		return "", fmt.Errorf("sandbox: %q is no loopback address", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed || t.server != nil {
		_ = listener.Close()
		return "", errors.New("sandbox: already started or closed")
	}
	server := &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	t.server, t.url = server, "http://"+listener.Addr().String()
	t.work.Go(func() { _ = server.Serve(listener) })
	return t.url, nil
}

// Close stops the server and the callbacks and waits for both.
func (t *Twilio) Close() {
	t.mu.Lock()
	server, first := t.server, !t.closed
	t.closed = true
	t.mu.Unlock()
	if first {
		close(t.done)
		t.stop()
		t.calls.close()
	}
	if server != nil {
		_ = server.Close()
	}
	t.work.Wait()
	t.client.CloseIdleConnections()
}

// URL returns where the sandbox listens, empty before Start.
func (t *Twilio) URL() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.url
}

// SetURL says under which URL the sandbox is served by a server of the
// caller's; media URLs are made with it.
func (t *Twilio) SetURL(u string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.url = u
}

// SetWebhook says where messages are posted: webhook is the public URL, by
// which they and the callbacks are signed. With reach, all is posted to these
// bases ("http://127.0.0.1:8080") in turn instead of to the public host, path
// and query unchanged: replicas behind a balancer.
func (t *Twilio) SetWebhook(webhook string, reach ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.webhook, t.reach = webhook, reach
}

// pause waits for d, or less if the caller or the sandbox goes.
func (t *Twilio) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-t.done:
	}
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
