// Package twilio knows the Twilio Messaging API: how an SMS, MMS or WhatsApp
// message arrives by webhook and is proven genuine, how one is sent, looked up
// and reported on, how media is fetched, and what each of Twilio's error codes
// asks of us.
//
// # Choices
//
// Everything that arrives is checked by its signature against the configured
// public URL; nothing is read from Host or X-Forwarded headers. Without an auth
// token nothing can be proven, so New refuses, and an Account without one
// answers 403 to everything.
//
// A message to a number that the configuration does not list is answered 404,
// not 2xx: it is genuine, so the configuration is incomplete, and a 2xx would
// make Twilio believe that somebody took it. With 404 the shop's owner sees
// error 11200 in Twilio's debugger, and once the number is configured the sweep
// (Received) finds the message.
//
// A message from a number of ours is acknowledged and left out: the sender of a
// text is easily forged, and our numbers would answer each other.
//
// A sender that is no phone number (a short code, a name, a WhatsApp
// business-scoped id) is taken in with that text as its Address, which then has
// no Phone and can never be verified by it.
//
// twilio-go makes the requests, through its client and rest/api/v2010 packages
// only. It knows no context, drops response headers, and takes everything that
// looks like a decimal fraction out of a query (so out of "whatsapp:US.1234"
// too); wire.go and list.go work around that.
//
// Sources of facts: the vendor's OpenAPI files, error list and documentation
// pages as gathered in ../shared/contracts/twilio and its README, section 1.
package twilio

import (
	"context"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"wismo/core/message"
)

// Account is one Twilio account. It implements message.Sender, message.Fetcher
// and message.Sweeper, and is safe for concurrent use.
type Account struct {
	cfg     Config
	base    *url.URL // where the REST API is
	public  string   // cfg.PublicURL without a slash at its end
	numbers map[end]Number
	http    http.RoundTripper
	now     func() time.Time
	log     *slog.Logger

	media mediaLists
}

var (
	_ message.Sender  = (*Account)(nil)
	_ message.Fetcher = (*Account)(nil)
	_ message.Sweeper = (*Account)(nil)
)

// New returns the account that cfg describes, or an error that names every
// mistake in it. transport carries the requests to Twilio; nil stands for one
// of our own that refuses private networks. now is the clock, nil for the real
// one.
func New(cfg Config, transport http.RoundTripper, now func() time.Time, log *slog.Logger) (*Account, error) {
	base, numbers, err := cfg.check()
	if err != nil {
		return nil, err
	}
	if transport == nil {
		transport = guardedTransport(isLoopback(base.Hostname()))
	}
	if now == nil {
		now = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Account{
		cfg: cfg, base: base, public: trimSlash(cfg.PublicURL), numbers: numbers,
		http: transport, now: now, log: log.With("provider", "twilio", "account", cfg.AccountSID),
		media: mediaLists{bySID: make(map[string][]message.Attachment)},
	}, nil
}

// Name returns the AccountSid, which is message.Message.Account of whatever
// comes through this account.
func (a *Account) Name() string { return a.cfg.AccountSID }

// ours reports whether sid is this account, taking the same time for all.
func (a *Account) ours(sid string) bool {
	return subtle.ConstantTimeCompare([]byte(sid), []byte(a.cfg.AccountSID)) == 1
}

// numberAt returns the number of ours at an address, however it is spelt.
func (a *Account) numberAt(at message.Address) (Number, bool) {
	n, ok := a.numbers[end{at.Channel, message.FoldPhone(at.Value)}]
	return n, ok
}

// fromUs reports whether a message comes from a number of ours, on whatever
// channel: two of ours would answer each other without end.
func (a *Account) fromUs(m message.Message) bool {
	for _, channel := range []message.Channel{message.SMS, message.WhatsApp} {
		if _, ours := a.numberAt(message.Address{Channel: channel, Value: m.From.Value}); ours {
			return true
		}
	}
	return false
}

// address returns the number's end of its channel.
func (n Number) address() message.Address {
	return message.Address{Channel: n.Channel, Value: n.Address}
}

// credentials returns the user name and password for REST calls: the API key
// where there is one, else the account with its primary token.
func (a *Account) credentials() (user, password string) {
	if a.cfg.APIKeySID != "" {
		return a.cfg.APIKeySID, a.cfg.APIKeySecret
	}
	if len(a.cfg.AuthTokens) == 0 {
		return a.cfg.AccountSID, ""
	}
	return a.cfg.AccountSID, a.cfg.AuthTokens[0]
}

// bounded returns ctx with the deadline that a call to Twilio may take at most.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, callTimeout)
}

// callTimeout bounds one exchange with Twilio. Whoever sends sets a shorter
// deadline by the context.
const callTimeout = 30 * time.Second
