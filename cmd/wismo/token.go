package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wismo/cmd/internal/app"
	"wismo/config"
	"wismo/core/verify/token"
)

// minting is what `wismo token` is asked for.
type minting struct {
	shop, key string
	claims    token.Claims
	lifetime  time.Duration
	link      bool
}

func newToken() *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "mint a signed token that lets its holder see an order", Args: cobra.NoArgs,
		Long: `Token prints a signed token for an order, or for all orders of a customer (--email or --phone), made with the keys
in shops[].identity.tokens. Whoever sends it to the shop's number may see that order, or those orders, until it ends:
treat it like a password. With --link it prints a WhatsApp link that carries it in a prefilled text.

  wismo token --shop acme --order 1001
  wismo token --shop acme --email ana@example.com --for 1h --once --link`,
	}
	load := settings(cmd)
	m, f := minting{}, cmd.Flags()
	f.StringVar(&m.shop, "shop", "", "the shop's key; may be left out if there is one shop")
	f.StringVar(&m.claims.Order, "order", "", "number of the order")
	f.StringVar(&m.claims.Email, "email", "", "e-mail address of the customer; with --order, the order must be theirs")
	f.StringVar(&m.claims.Phone, "phone", "", "phone number of the customer with its country code")
	f.DurationVar(&m.lifetime, "for", token.DefaultLifetime, "how long it is good; 168h at most")
	f.BoolVar(&m.claims.Once, "once", false, "good for one conversation only")
	f.StringVar(&m.key, "key", "", "id of the key to sign with; the first that can sign if left out")
	f.BoolVar(&m.link, "link", false, "print a WhatsApp link with a prefilled text instead")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		text, err := m.mint(c, time.Now())
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), text)
		return nil
	}
	return cmd
}

// mint returns the token, or the link that carries it.
func (m minting) mint(c config.Config, now time.Time) (string, error) {
	s, err := m.pick(c.Shops)
	if err != nil {
		return "", err
	}
	keys, err := app.TokenKeys(s)
	if err != nil {
		return "", err
	}
	claims := m.claims
	claims.Expires = now.Add(m.lifetime)
	raw, err := keys.Mint(claims, m.key, now)
	if err != nil || !m.link {
		return raw, err
	}
	return waLink(s, raw)
}

// pick returns the shop that is named.
func (m minting) pick(shops []config.Shop) (config.Shop, error) {
	keys := make([]string, 0, len(shops))
	for _, s := range shops {
		if s.Key == m.shop || m.shop == "" && len(shops) == 1 {
			return s, nil
		}
		keys = append(keys, s.Key)
	}
	return config.Shop{}, fmt.Errorf("there is no shop %q; name one with --shop: %s", m.shop, strings.Join(keys, ", "))
}

// waLink is WhatsApp's click-to-chat link to the shop's number with a question
// and the token filled in (faq.whatsapp.com, "How to use click to chat").
func waLink(s config.Shop, raw string) (string, error) {
	for _, n := range s.Numbers {
		if n.Channel == "whatsapp" {
			text := strings.ReplaceAll(url.QueryEscape(question(s.Language)+" "+raw), "+", "%20")
			return "https://wa.me/" + strings.TrimPrefix(n.Address, "+") + "?text=" + text, nil
		}
	}
	return "", errors.New("the shop has no WhatsApp number; leave --link out")
}

// question is what the customer will seem to ask.
func question(language string) string {
	q, ok := map[string]string{
		"de": "Wo ist meine Bestellung?", "fr": "Où est ma commande ?", "es": "¿Dónde está mi pedido?", "it": "Dov'è il mio ordine?",
		"nl": "Waar is mijn bestelling?", "pt": "Onde está o meu pedido?",
	}[language]
	if !ok {
		q = "Where is my order?"
	}
	return q
}
