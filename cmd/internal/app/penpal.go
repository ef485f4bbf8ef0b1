package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/smtp"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"wismo/channels/email/parse"
	"wismo/channels/sandbox"
	"wismo/core/message"
)

// penpals are customers who write mail to the demo's shop by its mail server, as a
// mail program would: a mail after a reply goes into its thread.
type penpals struct {
	mu sync.Mutex
	at sandbox.Mail
	// last are the replies that each address got last.
	last map[string]parse.Mail
}

// where returns where the mail server listens.
func (p *penpals) where(ctx context.Context, api sandbox.Phones) (sandbox.Mail, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.at.SMTP != "" {
		return p.at, nil
	}
	at, err := api.Mail(ctx)
	if err != nil {
		return at, err
	}
	if at.SMTP == "" {
		return at, fmt.Errorf("the demo at %s has no mailbox", api.BaseURL)
	}
	p.at, p.last = at, map[string]parse.Mail{}
	return at, nil
}

// write sends a mail. The subject may stand before its text in brackets; without, it
// is that of the reply that is answered, or else the text's first line.
func (p *penpals) write(ctx context.Context, api sandbox.Phones, from, text string) error {
	at, err := p.where(ctx, api)
	if err != nil {
		return err
	}
	if _, ok := message.CanonicalEmail(from); !ok {
		return fmt.Errorf("%q is no e-mail address", from)
	}
	host, _, err := net.SplitHostPort(at.SMTP)
	if err != nil {
		return err
	}
	id, err := randomHex(12)
	if err != nil {
		return err
	}
	p.mu.Lock()
	last, answers := p.last[from]
	p.mu.Unlock()
	var m bytes.Buffer
	subject, _, _ := strings.Cut(text, "\n")
	head, rest, given := strings.Cut(text, "] ")
	given = given && strings.HasPrefix(head, "[")
	if given {
		subject, text = head[1:], rest
	}
	if answers && !given {
		subject = "Re: " + last.Subject
		fmt.Fprintf(&m, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", last.MessageID, strings.Join(append(last.References, last.MessageID), "> <"))
	}
	fmt.Fprintf(&m, "From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s@localhost>\r\nDate: %s\r\n", from, at.Shop, mime.QEncoding.Encode("utf-8", subject), id, time.Now().Format(time.RFC1123Z))
	m.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	body := quotedprintable.NewWriter(&m)
	if _, err := io.WriteString(body, text); err != nil {
		return err
	}
	if err := body.Close(); err != nil {
		return err
	}
	return smtp.SendMail(at.SMTP, smtp.PlainAuth("", from, at.Password, host), from, []string{at.Shop}, m.Bytes())
}

// lookEvery is how often a mailbox is looked into while nothing is there.
const lookEvery = 200 * time.Millisecond

// read returns the replies in an address's mailbox after that UID.
func (p *penpals) read(ctx context.Context, api sandbox.Phones, address string, after int, wait time.Duration) ([]Reply, error) {
	at, err := p.where(ctx, api)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(wait); ; {
		list, err := p.look(at, address, after)
		if err != nil || len(list) > 0 || time.Now().After(end) {
			return list, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}

func (p *penpals) look(at sandbox.Mail, address string, after int) ([]Reply, error) {
	client, err := imapclient.DialInsecure(at.IMAP, nil)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if err := client.Login(address, at.Password).Wait(); err != nil {
		return nil, err
	}
	if _, err := client.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait(); err != nil {
		return nil, err
	}
	set := imap.UIDSet{{Start: imap.UID(after + 1)}}
	whole := &imap.FetchItemBodySection{Peek: true}
	fetched, err := client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return nil, err
	}
	var list []Reply
	for _, f := range fetched {
		if int(f.UID) <= after { // "n:*" names the last mail even if its number is lower
			continue
		}
		m := parse.Read(f.FindBodySection(whole), parse.Options{})
		p.mu.Lock()
		p.last[address] = m
		p.mu.Unlock()
		list = append(list, Reply{N: int(f.UID), Channel: "email", From: m.From, To: address, Text: m.Reply, At: m.Date})
	}
	return list, nil
}
