package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"wismo/channels/email"
	"wismo/channels/email/mailbox"
	"wismo/channels/email/submit"
	"wismo/config"
	"wismo/core/check"
	"wismo/core/journal"
	"wismo/core/remote"
)

// readers are the mailboxes that are read.
type readers struct {
	accounts []*email.Account
	cancel   context.CancelFunc
	work     sync.WaitGroup
}

// mailboxes makes the accounts of all shops' mailboxes.
func (b builder) mailboxes(ctx context.Context, letters journal.Letters, replica string) ([]*email.Account, error) {
	var list []*email.Account
	for _, s := range b.cfg.Shops {
		for _, m := range s.Email.Mailboxes {
			a, err := email.New(ctx, b.mailbox(s, m), letters, replica, time.Now, b.log)
			if err != nil {
				return nil, fmt.Errorf("mailbox of shop %s: %w", s.Key, err)
			}
			list = append(list, a)
		}
	}
	return list, nil
}

// mailbox is a mailbox's settings as the channel knows them.
func (b builder) mailbox(s config.Shop, m config.Mailbox) email.Config {
	token := b.tokens(m.OAuth)
	return email.Config{
		Shop: s.Key, ShopName: s.Name, Address: m.Address, Also: m.Also, Ours: ourAddresses(b.cfg),
		IMAP: mailbox.Config{
			Host: m.IMAP.Host, Port: m.IMAP.Port, Security: mailbox.Security(m.IMAP.Security),
			User: cmp.Or(m.IMAP.User, m.User), Password: cmp.Or(m.IMAP.Password, m.Password).Reveal(), Token: token,
			Folders: m.Folders, Sent: m.Sent, MaxAge: m.MaxAge,
		},
		SMTP:     b.submission(m, token),
		FileSent: m.FileSent, MoveTo: m.MoveAnsweredTo, AuthservID: m.AuthservID, Signature: m.Signature,
		Observe: b.metrics.Mail,
	}
}

func (b builder) submission(m config.Mailbox, token func(context.Context) (string, error)) submit.Config {
	return submit.Config{
		Host: m.SMTP.Host, Port: m.SMTP.Port, Security: submit.Security(m.SMTP.Security), From: m.Address,
		User: cmp.Or(m.SMTP.User, m.User), Password: cmp.Or(m.SMTP.Password, m.Password).Reveal(), Token: token,
	}
}

// loopbackURL reports whether an address leads to this machine.
func loopbackURL(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// ourAddresses are those of all mailboxes.
func ourAddresses(c config.Config) []string {
	var list []string
	for _, s := range c.Shops {
		for _, m := range s.Email.Mailboxes {
			list = append(append(list, m.Address), m.Also...)
		}
	}
	return list
}

// errNoLogin is what a mailbox fails with whose refresh token is not there yet.
var errNoLogin = errors.New("there is no refresh token yet: run `wismo login`")

// tokens gives access tokens, nil where a password is used.
func (b builder) tokens(o config.OAuth) func(context.Context) (string, error) {
	switch {
	case !o.Used():
		return nil
	case o.RefreshTokenFile != "" && o.RefreshToken == "":
		return func(context.Context) (string, error) { return "", errNoLogin }
	}
	return oauthOf(o).Tokens(b.http(loopbackURL(o.TokenURL)))
}

func oauthOf(o config.OAuth) email.OAuth {
	return email.OAuth{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret.Reveal(), TokenURL: o.TokenURL, DeviceURL: o.DeviceURL,
		Scopes: o.Scopes, RefreshToken: o.RefreshToken.Reveal(),
	}
}

// Login lets a user open a mailbox to wismo, and returns the refresh token and the
// file that it belongs into.
func Login(ctx context.Context, c config.Config, address, version string, tell func(where, code string)) (token, file string, err error) {
	for _, s := range c.Shops {
		for _, m := range s.Email.Mailboxes {
			if m.Address != address {
				continue
			}
			if !m.OAuth.Used() || m.OAuth.RefreshTokenFile == "" {
				return "", "", fmt.Errorf("%s has no oauth.refresh_token_file, into which the token would be written", address)
			}
			client := remote.New(remote.Options{Version: version, Loopback: loopbackURL(m.OAuth.DeviceURL)})
			token, err = oauthOf(m.OAuth).Login(ctx, client, tell)
			return token, m.OAuth.RefreshTokenFile, err
		}
	}
	return "", "", fmt.Errorf("no shop has a mailbox %s", address)
}

// read begins to read the mailboxes.
func (r *readers) read(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, a := range r.accounts {
		r.work.Go(func() { a.Run(ctx) })
	}
}

// close stops reading and waits.
func (r *readers) close() {
	if r.cancel != nil {
		r.cancel()
	}
	r.work.Wait()
}

// checkMailboxes signs in at every mailbox's servers.
func checkMailboxes(ctx context.Context, b builder) []check.Finding {
	var findings []check.Finding
	for _, s := range b.cfg.Shops {
		for _, m := range s.Email.Mailboxes {
			bounded, cancel := context.WithTimeout(ctx, checkWithin)
			for _, f := range email.Check(bounded, b.mailbox(s, m), time.Now) {
				f.Name = m.Address + ", " + f.Name
				findings = append(findings, f)
			}
			cancel()
		}
	}
	return findings
}

// mailer is the server by which codes leave for a shop's customers, nil if there is
// none.
func (b builder) mailer(s config.Shop) *submit.Server {
	if c := b.cfg.SMTP; c.Host != "" {
		return submit.New(submit.Config{
			Host: c.Host, Port: c.Port, User: c.User, Password: c.Password.Reveal(), Security: submit.Security(c.Security), From: c.From, Name: s.Name,
		}, time.Now)
	}
	if len(s.Email.Mailboxes) == 0 {
		return nil
	}
	m := s.Email.Mailboxes[0]
	c := b.submission(m, b.tokens(m.OAuth))
	c.Name = s.Name
	return submit.New(c, time.Now)
}
