package app

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"syscall"

	twiliobox "wismo/channels/sandbox"
	"wismo/channels/sandbox/post"
	"wismo/config"
	storebox "wismo/stores/sandbox"
)

// sandboxes are the local stand-ins for Twilio, Shopify and a mail server.
type sandboxes struct {
	twilio    *twiliobox.Twilio
	store     interface{ Close() }
	post      *post.Server
	twilioURL string
}

// startSandboxes starts the stand-ins and points the configuration at them.
// public is where this process takes webhooks.
func startSandboxes(c *config.Config, public string) (*sandboxes, error) {
	if len(c.Twilio) != 1 || len(c.Shops) != 1 {
		return nil, errors.New("the sandbox plays one Twilio account and one shop")
	}
	c.Twilio, c.Shops = slices.Clone(c.Twilio), slices.Clone(c.Shops)
	s := &sandboxes{}
	if err := s.startStore(&c.Shops[0].Store); err != nil {
		return nil, err
	}
	mail, err := s.startPost(c)
	if err != nil {
		s.close()
		return nil, err
	}
	s.twilio = twiliobox.New(twiliobox.Config{
		AccountSID: c.Twilio[0].AccountSID, AuthToken: c.Twilio[0].AuthToken.Reveal(), Numbers: sandboxNumbers(c.Shops[0]), Customers: examples(), Mail: mail,
	})
	if s.twilioURL, err = s.twilio.Start(c.Sandbox.Listen); err != nil {
		s.close()
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w: another program listens there; with `wismo demo --sandbox 127.0.0.1:8190` talk to it by `wismo chat --sandbox http://127.0.0.1:8190`", err)
		}
		return nil, err
	}
	c.PublicURL = "http://" + public
	c.Twilio[0].BaseURL = s.twilioURL
	return s, nil
}

// startStore starts the sample store of the configured kind and points the shop at it.
func (s *sandboxes) startStore(c *config.Store) (err error) {
	switch c.Kind {
	case "sqlview":
		s.store = nothing{} // the database is the configured one
		return nil
	case "http":
		own := storebox.NewOwn(storebox.OwnConfig{Secret: c.Secret.Reveal()})
		s.store = own
		c.URL, err = own.Start("127.0.0.1:0")
		return err
	case "woocommerce":
		site := storebox.NewWoo(storebox.WooConfig{Key: c.Key.Reveal(), Secret: c.Secret.Reveal()})
		s.store = site
		c.URL, err = site.Start("127.0.0.1:0")
		return err
	}
	shop := storebox.New(storebox.Config{Token: c.Token.Reveal(), Version: c.Version})
	s.store = shop
	c.Endpoint, err = shop.Start("127.0.0.1:0")
	return err
}

// nothing is what plays a store that needs nobody to play it.
type nothing struct{}

// Close does nothing.
func (nothing) Close() {}

// startPost starts the mail server and points the shop's mailbox at it.
func (s *sandboxes) startPost(c *config.Config) (twiliobox.Mail, error) {
	if len(c.Shops[0].Email.Mailboxes) == 0 {
		return twiliobox.Mail{}, nil
	}
	c.Shops[0].Email.Mailboxes = slices.Clone(c.Shops[0].Email.Mailboxes)
	m := &c.Shops[0].Email.Mailboxes[0]
	settings := post.Config{Password: m.Password.Reveal(), Name: m.AuthservID, SMTP: c.Sandbox.SMTP, IMAP: c.Sandbox.IMAP}
	var err error
	if s.post, err = post.Start(settings); errors.Is(err, syscall.EADDRINUSE) {
		settings.SMTP, settings.IMAP = "127.0.0.1:0", "127.0.0.1:0"
		s.post, err = post.Start(settings)
	}
	if err != nil {
		return twiliobox.Mail{}, err
	}
	for server, address := range map[*config.MailServer]string{&m.SMTP: s.post.SMTP(), &m.IMAP: s.post.IMAP()} {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return twiliobox.Mail{}, err
		}
		server.Host, server.Security = host, "none"
		if server.Port, err = strconv.Atoi(port); err != nil {
			return twiliobox.Mail{}, err
		}
	}
	return twiliobox.Mail{SMTP: s.post.SMTP(), IMAP: s.post.IMAP(), Password: settings.Password, Shop: m.Address}, nil
}

func sandboxNumbers(s config.Shop) []twiliobox.Number {
	var list []twiliobox.Number
	for _, n := range s.Numbers {
		address := n.Address
		if n.Channel == "whatsapp" {
			address = "whatsapp:" + address
		}
		list = append(list, twiliobox.Number{Address: address, ServiceSID: n.MessagingService})
	}
	return list
}

// examples are three customers worth being.
func examples() []twiliobox.Customer {
	return []twiliobox.Customer{
		{Name: "Ana", Phone: "+14155550101", Email: "ana@example.com", Hint: "where is my order #1001?"},
		{Name: "Ben", Phone: "+14155550102", Email: "ben@example.com", Hint: "#1002 says delivered but I never got it"},
		{Name: "Eve", Phone: "+14155550105", Email: "eve@example.com", Hint: "when will order 1005 arrive?"},
	}
}

// connect tells the local Twilio where webhooks go.
func (s *sandboxes) connect(webhook string) { s.twilio.SetWebhook(webhook) }

func (s *sandboxes) close() {
	if s.twilio != nil {
		s.twilio.Close()
	}
	if s.post != nil {
		s.post.Close()
	}
	s.store.Close()
}
