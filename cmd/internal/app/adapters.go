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
	"wismo/stores/shopify"
	"wismo/stores/woocommerce"
)

// adapters are everything outside, as the configuration names it.
type adapters struct {
	accounts []*twilio.Account
	senders  map[string]message.Sender
	shops    map[string]bot.Shop
	stores   map[string]checkedStore
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

func (b builder) adapters() (adapters, error) {
	a := adapters{senders: map[string]message.Sender{}, shops: map[string]bot.Shop{}, stores: map[string]checkedStore{}}
	for _, t := range b.cfg.Twilio {
		account, err := b.twilio(t)
		if err != nil {
			return a, err
		}
		a.accounts = append(a.accounts, account)
		a.senders[account.Name()] = account
	}
	for _, c := range b.cfg.Shops {
		s, err := shopOf(c)
		if err != nil {
			return a, err
		}
		store, err := b.store(c)
		if err != nil {
			return a, fmt.Errorf("shop %s: %w", c.Key, err)
		}
		a.stores[c.Key] = store
		keys, err := TokenKeys(c)
		if err != nil {
			return a, fmt.Errorf("shop %s: %w", c.Key, err)
		}
		a.shops[c.Key] = bot.Shop{Shop: s, Store: store, Desk: handoff.Desk(inbox.Desk{}), Tokens: keys}
		if m := b.mailer(c); m != nil {
			s := a.shops[c.Key]
			s.Mailer = m
			a.shops[c.Key] = s
		}
	}
	return a, nil
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
func (b builder) store(c config.Shop) (checkedStore, error) {
	switch c.Store.Kind {
	case "shopify":
		return b.shopify(c), nil
	case "woocommerce":
		return b.woocommerce(c), nil
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
