// Package rig knows how to try the built program as a whole, from outside: it
// runs replicas of the binary against a local Twilio and a local Shopify, sends
// signed webhooks, kills replicas, and reads from the local Twilio what
// customers really got. The crash tests and the benchmark stand on it.
package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	twilio "wismo/channels/sandbox"
	"wismo/cmd/internal/tether"
	shopify "wismo/stores/sandbox"
)

// Number is the shop's number, Account and token those of the local Twilio.
const (
	Number  = "+14155550100"
	account = twilio.DefaultAccountSID
	token   = twilio.DefaultAuthToken
	public  = "https://bot.example.com"

	storeToken = shopify.DefaultToken

	// Webhook is the address that the local Twilio signs its messages for.
	Webhook = public + "/twilio/" + account + "/message"
)

// Phone returns the number of the i-th customer, from the ranges kept for
// fiction (555-0101 to 555-0199 of every area code).
func Phone(i int) string { return fmt.Sprintf("+1%d55501%02d", 201+i/99, 1+i%99) }

// Options say what a rig is made of.
type Options struct {
	// Binary is the built program.
	Binary string
	// Database is the configuration's database setting.
	Database string
	// Replicas run at once.
	Replicas int
	// Latency of the local Twilio and the local Shopify.
	Latency time.Duration
	// ListLag is how long a sent message takes to show in the local Twilio's
	// lists.
	ListLag time.Duration
	// Mail is the shop's mailbox, the YAML of one of shops[].email.mailboxes in a
	// line; empty for none.
	Mail string
	// Dir holds the configuration and the logs.
	Dir string
	// ValidateTwilio and ValidateShopify, if set, judge every request by the
	// vendors' contracts; see Rig.Violations.
	ValidateTwilio  func(r *http.Request, form url.Values) error
	ValidateShopify func(query string, variables map[string]any) error
}

// Rig is a running set-up. Close ends it.
type Rig struct {
	Twilio   *twilio.Twilio
	Shopify  *shopify.Shopify
	Replicas []*Replica

	opts  Options
	reach []string
}

// Replica is one process of the program.
type Replica struct {
	// Public and Private are its listeners, host:port.
	Public, Private string

	rig *Rig
	log string

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
}

// Start starts everything and waits until each replica is ready.
func Start(ctx context.Context, o Options) (*Rig, error) {
	r := &Rig{opts: o}
	r.Twilio = twilio.New(twilio.Config{
		Numbers: []twilio.Number{{Address: Number}, {Address: "whatsapp:" + Number}},
		Latency: o.Latency, ListLag: o.ListLag, Validate: o.ValidateTwilio,
	})
	twilioURL, err := r.Twilio.Start("127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.Shopify = shopify.New(shopify.Config{Token: storeToken, Latency: o.Latency, Validate: o.ValidateShopify})
	storeURL, err := r.Shopify.Start("127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	for i := range o.Replicas {
		if err := r.add(ctx, i, twilioURL, storeURL); err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	r.Twilio.SetWebhook(Webhook, r.reach...)
	return r, nil
}

// add configures and starts one more replica.
func (r *Rig) add(ctx context.Context, i int, twilioURL, storeURL string) error {
	addrs, err := freeAddrs(2)
	if err != nil {
		return err
	}
	p := &Replica{rig: r, Public: addrs[0], Private: addrs[1], log: filepath.Join(r.opts.Dir, fmt.Sprintf("replica%d.log", i))}
	mailboxes := ""
	if r.opts.Mail != "" {
		mailboxes = "    email: {mailboxes: [" + r.opts.Mail + "]}\n"
	}
	text := fmt.Sprintf(settings, r.opts.Database, public, p.Public, p.Private, account, token, twilioURL, Number, Number, storeURL) + mailboxes
	if err := os.WriteFile(p.config(), []byte(text), 0o600); err != nil {
		return err
	}
	r.Replicas = append(r.Replicas, p)
	r.reach = append(r.reach, "http://"+p.Public)
	if err := p.Run(); err != nil {
		return err
	}
	return p.Ready(ctx)
}

const settings = `
database: %q
public_url: %s
listen: {public: %q, private: %q}
log: {level: info, format: json}
twilio:
  - {account_sid: %s, auth_token: %s, base_url: %q}
shops:
  - key: acme
    name: Acme
    timezone: UTC
    countries: ["*"]  # the numbers for fiction are of all North America
    numbers:
      - {channel: sms, address: %q}
      - {channel: whatsapp, address: %q}
    store: {kind: shopify, domain: acme.myshopify.com, token: shpat_sandbox, endpoint: %q}
    limits: {sender_failures: 1000, order_failures: 1000, replies_per_hour: 1000}
`

// freeAddrs returns loopback addresses that nobody listens on.
func freeAddrs(n int) ([]string, error) {
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}

func (p *Replica) config() string { return p.log + ".yaml" }

// Run starts the process; its log is appended to a file.
func (p *Replica) Run() error {
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(p.rig.opts.Binary, "serve", "--config", p.config())
	cmd.Stdout, cmd.Stderr = out, out
	// The replica dies with the test, however that ends.
	cmd.SysProcAttr = tether.Attr(syscall.SIGKILL)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.done = cmd, done
	p.mu.Unlock()
	go func() {
		_ = cmd.Wait() // a killed process has no other end than this
		close(done)
	}()
	return nil
}

// readyWithin bounds the wait for a replica.
const readyWithin = 30 * time.Second

// Ready waits until the replica says that it is.
func (p *Replica) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Private+"/readyz", nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the replica is not ready; its log is %s", p.log)
		case <-p.done:
			log, _ := os.ReadFile(p.log)
			return fmt.Errorf("the replica has ended: %s", log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Kill ends the process as a power cut would (SIGKILL) and waits for its end.
func (p *Replica) Kill() {
	p.signal(syscall.SIGKILL)
}

// Stop asks the process to end (SIGTERM) and waits for it.
func (p *Replica) Stop() {
	p.signal(syscall.SIGTERM)
}

func (p *Replica) signal(s os.Signal) {
	p.mu.Lock()
	cmd, done := p.cmd, p.done
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(s) // it may have ended already
	<-done
}

// PID returns the process's id.
func (p *Replica) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// Log returns what the replica has logged.
func (p *Replica) Log() string {
	raw, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// Deliver has the local Twilio receive a text and post its webhook until a
// replica acknowledges it, as a provider with retries does, and then once more
// if twice is set. The same webhook may so reach more than one replica.
func (r *Rig) Deliver(ctx context.Context, from, text string, twice bool) error {
	form := r.Twilio.Take(from, Number, text)
	if err := r.post(ctx, form); err != nil || !twice {
		return err
	}
	return r.post(ctx, form)
}

func (r *Rig) post(ctx context.Context, form url.Values) error {
	for {
		status, err := r.Twilio.Post(ctx, Webhook, form)
		if err == nil && status == http.StatusOK {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nobody took the webhook (status %d): %w", status, errors.Join(err, ctx.Err()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Violations returns what the validators have found wrong with requests.
func (r *Rig) Violations() []error {
	return append(r.Twilio.Violations(), r.Shopify.Violations()...)
}

// Close kills the replicas and ends the local Twilio and Shopify.
func (r *Rig) Close() error {
	for _, p := range r.Replicas {
		p.Kill()
	}
	if r.Twilio != nil {
		r.Twilio.Close()
	}
	if r.Shopify != nil {
		r.Shopify.Close()
	}
	return nil
}
