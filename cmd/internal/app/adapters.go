package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"wismo/channels/twilio"
	"wismo/cmd/internal/metrics"
	"wismo/config"
	"wismo/core/bot"
	"wismo/core/check"
	"wismo/core/handoff"
	"wismo/core/message"
	"wismo/core/order"
	"wismo/core/remote"
	"wismo/helpdesk/inbox"
	"wismo/helpdesk/webhook"
	"wismo/stores/carriers"
	httpstore "wismo/stores/http"
	"wismo/stores/shopify"
	"wismo/stores/sqlview"
	"wismo/stores/woocommerce"
)

// adapters are everything outside, as the configuration names it.
type adapters struct {
	accounts []*twilio.Account
	senders  map[string]message.Sender
	shops    map[string]bot.Shop
	stores   map[string]checkedStore
	trackers map[string]checkedTracker
}

// close ends what the stores hold open.
func (a adapters) close() {
	for _, s := range a.stores {
		if s, ok := s.(interface{ Close() }); ok {
			s.Close()
		}
	}
}

// checkedTracker is a tracker that can be tried.
type checkedTracker interface {
	order.Tracker
	Check(ctx context.Context) []check.Finding
}

// checkedStore is a store that can be tried.
type checkedStore interface {
	order.Store
	Check(ctx context.Context) []check.Finding
}

// builder makes adapters.
type builder struct {
	cfg     config.Config
	version string
	metrics *metrics.Metrics
	log     *slog.Logger
}

func (b builder) adapters(ctx context.Context) (adapters, error) {
	a := adapters{senders: map[string]message.Sender{}, shops: map[string]bot.Shop{}, stores: map[string]checkedStore{}, trackers: map[string]checkedTracker{}}
	for _, t := range b.cfg.Twilio {
		account, err := b.twilio(t)
		if err != nil {
			return a, err
		}
		a.accounts = append(a.accounts, account)
		a.senders[account.Name()] = account
	}
	for _, c := range b.cfg.Shops {
		if err := b.shop(ctx, &a, c); err != nil {
			return a, fmt.Errorf("shop %s: %w", c.Key, err)
		}
	}
	return a, nil
}

// shop makes what serves one shop.
func (b builder) shop(ctx context.Context, a *adapters, c config.Shop) error {
	settled, err := shopOf(c)
	if err != nil {
		return err
	}
	store, err := b.store(ctx, c)
	if err != nil {
		return err
	}
	a.stores[c.Key] = store
	keys, err := TokenKeys(c)
	if err != nil {
		return err
	}
	s := bot.Shop{Shop: settled, Store: store, Desk: b.desk(c.Desk), Tokens: keys}
	if c.Tracking.Kind != "" {
		t, err := b.tracker(c.Tracking)
		if err != nil {
			return err
		}
		a.trackers[c.Key], s.Tracker = t, t
	}
	if m := b.mailer(c); m != nil {
		s.Mailer = m
	}
	a.shops[c.Key] = s
	return nil
}

// desk makes the shop's help desk by its kind.
func (b builder) desk(c config.Desk) handoff.Desk {
	if c.Kind == "webhook" {
		return webhook.New(webhook.Config{URL: c.URL, Secret: c.Secret.Reveal()}, b.http(loopbackURL(c.URL)), time.Now)
	}
	return inbox.Desk{}
}

func (b builder) tracker(c config.Tracking) (*carriers.Reader, error) {
	return carriers.New(carriers.Config{Kind: carriers.Kind(c.Kind), Key: c.Key.Reveal(), BaseURL: c.BaseURL}, b.http(c.BaseURL != ""), time.Now)
}

// twilio makes the account's adapter with the numbers of all shops in it.
func (b builder) twilio(t config.Twilio) (*twilio.Account, error) {
	c := twilio.Config{
		AccountSID: t.AccountSID, APIKeySID: t.APIKeySID, APIKeySecret: t.APIKeySecret.Reveal(),
		PublicURL: b.cfg.PublicURL, BaseURL: t.BaseURL,
		Observe: func(route twilio.RouteName, outcome twilio.Outcome) {
			b.metrics.Webhook(string(route), string(outcome))
		},
	}
	for _, token := range []config.Secret{t.AuthToken, t.OldAuthToken} {
		if token != "" {
			c.AuthTokens = append(c.AuthTokens, token.Reveal())
		}
	}
	for _, s := range b.cfg.Shops {
		for _, n := range s.Numbers {
			if n.Account == t.AccountSID || n.Account == "" && len(b.cfg.Twilio) == 1 {
				c.Numbers = append(c.Numbers, twilio.Number{Shop: s.Key, Channel: message.Channel(n.Channel), Address: n.Address, MessagingServiceSID: n.MessagingService})
			}
		}
	}
	return twilio.New(c, nil, time.Now, b.log)
}

// store makes the shop's store by its kind.
func (b builder) store(ctx context.Context, c config.Shop) (checkedStore, error) {
	switch c.Store.Kind {
	case "shopify":
		return b.shopify(c), nil
	case "woocommerce":
		return b.woocommerce(c), nil
	case "http":
		s := c.Store
		return httpstore.New(httpstore.Config{URL: s.URL, Secret: s.Secret.Reveal(), Format: formatOf(c.Orders)}, b.http(loopbackURL(s.URL)), time.Now, b.log.With("shop", c.Key)), nil
	case "sqlview":
		return sqlview.New(ctx, sqlview.Config{DSN: c.Store.Database.Reveal(), View: c.Store.View, Format: formatOf(c.Orders)}, time.Now, b.log.With("shop", c.Key))
	}
	return nil, fmt.Errorf("store.kind %q is not known", c.Store.Kind)
}

func (b builder) woocommerce(c config.Shop) *woocommerce.Store {
	s := c.Store
	return woocommerce.New(woocommerce.Config{
		URL: s.URL, Key: s.Key.Reveal(), Secret: s.Secret.Reveal(), AllowPlainHTTP: s.AllowPlainHTTP, Format: formatOf(c.Orders), Statuses: s.Statuses,
	}, b.http(loopbackURL(s.URL)), time.Now, b.log.With("shop", c.Key))
}

func (b builder) shopify(c config.Shop) *shopify.Store {
	s := c.Store
	return shopify.New(shopify.Config{
		Domain: s.Domain, Token: s.Token.Reveal(), ClientID: s.ClientID, ClientSecret: s.ClientSecret.Reveal(),
		Version: s.Version, Endpoint: s.Endpoint, Format: formatOf(c.Orders),
	}, b.http(s.Endpoint != ""), time.Now, b.log.With("shop", c.Key))
}

func (b builder) http(loopback bool) *http.Client {
	return remote.New(remote.Options{Version: b.version, Loopback: loopback})
}
