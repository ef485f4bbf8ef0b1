package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Phones is the client of the sandbox's API for phones: what wismo chat uses
// from another process.
type Phones struct {
	// BaseURL is where the sandbox listens.
	BaseURL string
	// HTTP makes the requests; nil stands for http.DefaultClient. It must allow
	// requests as long as the waits that are asked for.
	HTTP *http.Client
}

// Customers lists the example customers and the shop's numbers, as Twilio
// writes them.
func (p Phones) Customers(ctx context.Context) ([]Customer, []string, error) {
	var a customersAnswer
	err := p.do(ctx, http.MethodGet, "/sandbox/customers", nil, &a)
	return a.Customers, a.Numbers, err
}

// Mail returns where the shop's mail goes.
func (p Phones) Mail(ctx context.Context) (Mail, error) {
	var a customersAnswer
	err := p.do(ctx, http.MethodGet, "/sandbox/customers", nil, &a)
	return a.Mail, err
}

// Text sends a text from a phone to the shop's first number on a channel, "sms"
// or "whatsapp". It returns the number after which to ask for Replies, and an
// error if the shop did not take the message.
func (p Phones) Text(ctx context.Context, channel, phone, text string) (after int, err error) {
	var a messageAnswer
	err = p.do(ctx, http.MethodPost, "/sandbox/messages", messageRequest{Channel: channel, From: phone, Text: text}, &a)
	return a.Last, err
}

// Replies returns what a phone has got after the given number, waiting at most
// that long for the first. last is the number to ask after next; an empty list
// is no error.
func (p Phones) Replies(ctx context.Context, channel, phone string, after int, wait time.Duration) (list []Reply, last int, err error) {
	q := url.Values{"channel": {channel}, "phone": {phone}, "after": {strconv.Itoa(after)}, "wait": {wait.String()}}
	var a repliesAnswer
	err = p.do(ctx, http.MethodGet, "/sandbox/replies?"+q.Encode(), nil, &a)
	return a.Replies, max(a.Last, after), err
}

func (p Phones) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(p.BaseURL, "/")+path, body)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	client := p.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		return fmt.Errorf("sandbox: %s", strings.TrimSpace(string(text)))
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	return nil
}
