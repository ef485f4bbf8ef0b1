package app

import (
	"context"
	"net/http"
	"time"

	"wismo/channels/sandbox"
)

// Phones are the customers' phones of a demo, by which they also write mail.
type Phones struct {
	api sandbox.Phones
	// mail is nil until a mail is written or read.
	mail *penpals
}

// Customer is a sample customer.
type Customer = sandbox.Customer

// Reply is a text that a phone has got.
type Reply = sandbox.Reply

// PhonesAt returns the phones of the demo whose local Twilio listens at url.
func PhonesAt(url string) *Phones {
	return &Phones{api: sandbox.Phones{BaseURL: url, HTTP: &http.Client{Timeout: 2 * time.Minute}}, mail: &penpals{}}
}

// BaseURL is where the local Twilio listens.
func (p *Phones) BaseURL() string { return p.api.BaseURL }

// Customers lists the sample customers.
func (p *Phones) Customers(ctx context.Context) ([]Customer, error) {
	customers, _, err := p.api.Customers(ctx)
	return customers, err
}

// Mail is where the demo's mail goes.
func (p *Phones) Mail(ctx context.Context) (sandbox.Mail, error) { return p.api.Mail(ctx) }

// Text sends a text from a phone by "sms" or "whatsapp", or a mail from an address
// by "email". An error says that wismo, or the mail server, did not take it.
func (p *Phones) Text(ctx context.Context, channel, from, text string) error {
	if channel == "email" {
		return p.mail.write(ctx, p.api, from, text)
	}
	_, err := p.api.Text(ctx, channel, from, text)
	return err
}

// Replies returns what a phone, or an address, has got after the reply of number n,
// waiting at most that long for the first.
func (p *Phones) Replies(ctx context.Context, channel, who string, n int, wait time.Duration) ([]Reply, error) {
	if channel == "email" {
		return p.mail.read(ctx, p.api, who, n, wait)
	}
	replies, _, err := p.api.Replies(ctx, channel, who, n, wait)
	return replies, err
}
