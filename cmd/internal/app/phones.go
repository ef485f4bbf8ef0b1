package app

import (
	"context"
	"net/http"
	"time"

	"wismo/channels/sandbox"
)

// Phones are the customers' phones of a demo.
type Phones struct{ api sandbox.Phones }

// Customer is a sample customer.
type Customer = sandbox.Customer

// Reply is a text that a phone has got.
type Reply = sandbox.Reply

// PhonesAt returns the phones of the demo whose local Twilio listens at url.
func PhonesAt(url string) Phones {
	return Phones{sandbox.Phones{BaseURL: url, HTTP: &http.Client{Timeout: 2 * time.Minute}}}
}

// BaseURL is where the local Twilio listens.
func (p Phones) BaseURL() string { return p.api.BaseURL }

// Customers lists the sample customers.
func (p Phones) Customers(ctx context.Context) ([]Customer, error) {
	customers, _, err := p.api.Customers(ctx)
	return customers, err
}

// Text sends a text from a phone by "sms" or "whatsapp". An error says that
// wismo did not take it.
func (p Phones) Text(ctx context.Context, channel, phone, text string) error {
	_, err := p.api.Text(ctx, channel, phone, text)
	return err
}

// Replies returns what a phone has got after the reply of number n, waiting at
// most that long for the first.
func (p Phones) Replies(ctx context.Context, channel, phone string, n int, wait time.Duration) ([]Reply, error) {
	replies, _, err := p.api.Replies(ctx, channel, phone, n, wait)
	return replies, err
}
