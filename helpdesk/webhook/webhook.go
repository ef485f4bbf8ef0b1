// Package webhook knows how hand-offs reach a help desk of the shop's own, or any that
// has no adapter: signed JSON posts to one address, and posts back.
//
// # What is sent
//
// Each post has these headers and a body of JSON:
//
//	Wismo-Timestamp: 1795435200          seconds since 1970 in UTC
//	Wismo-Id: wismo-acme-t17             the same when a post is repeated: take each once
//	Wismo-Signature: <hex>               HMAC-SHA256 by the shared secret of
//	                                     "v1\n" + timestamp + "\n" + id + "\n" + body
//
//	{"event":"ticket.opened","ticket":"","subject":"…","priority":"high","reason":"delivered_not_received",
//	 "shop":"acme","channel":"sms","tags":["wismo"],"group":"",
//	 "customer":{"name":"+14155550101","email":"","phone":"+14155550101"},
//	 "text":"…","html":"<p>…","files":[{"name":"transcript.html","type":"text/html","content":"<base64>"}]}
//
//	{"event":"ticket.message","ticket":"T-17","customer":{…},"text":"…","html":"…","files":[…],"at":"2026-11-23T12:00:00Z"}
//	{"event":"ticket.note", …}           the same, for agents only
//
// The answer is any 2xx. To ticket.opened it may be {"ticket":"T-17"}, by which the
// ticket is then called; without, it is called by the Wismo-Id. 404 or 410 to a message
// says that the ticket is gone: it is opened anew.
//
// # What is taken
//
// POST https://YOUR-WISMO/desk/SHOP, with the same three headers and signature, the id
// being the desk's own and unique:
//
//	{"ticket":"T-17","text":"It is found.","agent":"Kim"}
//	{"ticket":"T-17","status":"solved"}           or "open", or "deleted"
//
// 200 says that it is written down, and a repeat changes nothing; 410 that the
// conversation is no longer with a person; 403 that the signature is wrong or older
// than five minutes; anything else, to try again.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wismo/core/fault"
	"wismo/core/handoff"
	"wismo/core/remote"
)

// Config describes the desk.
type Config struct {
	// URL that takes the posts.
	URL string
	// Secret that both sides share; 32 characters or more.
	Secret string
}

// Desk implements handoff.Pusher. It is safe for concurrent use.
type Desk struct {
	cfg  Config
	http *http.Client
	now  func() time.Time
}

var _ handoff.Pusher = (*Desk)(nil)

// New returns the desk that cfg describes.
func New(cfg Config, client *http.Client, now func() time.Time) *Desk {
	return &Desk{cfg: cfg, http: client, now: now}
}

// Kind implements handoff.Desk.
func (*Desk) Kind() string { return "webhook" }

const op = "webhook desk"

type person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

type file struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Content []byte `json:"content"`
}

// post is what is sent.
type post struct {
	Event    string    `json:"event"`
	Ticket   string    `json:"ticket"`
	Subject  string    `json:"subject,omitempty"`
	Priority string    `json:"priority,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Shop     string    `json:"shop,omitempty"`
	Channel  string    `json:"channel,omitempty"`
	Tags     []string  `json:"tags,omitempty"`
	Group    string    `json:"group,omitempty"`
	Customer person    `json:"customer"`
	Text     string    `json:"text"`
	HTML     string    `json:"html"`
	Files    []file    `json:"files"`
	At       time.Time `json:"at"`
}

func filesOf(list []handoff.File) []file {
	out := []file{}
	for _, f := range list {
		out = append(out, file{f.Name, f.Type, f.Bytes})
	}
	return out
}

// Open implements handoff.Desk. The desk takes each id once, so a repeat needs no
// search.
func (d *Desk) Open(ctx context.Context, t handoff.Ticket) (string, error) {
	var answer struct {
		Ticket string `json:"ticket"`
	}
	err := d.send(ctx, t.Key, post{
		Event: "ticket.opened", Subject: t.Subject, Priority: string(t.Case.Priority), Reason: string(t.Case.Reason), Shop: t.Shop, Channel: string(t.Channel),
		Tags: t.Tags, Group: t.Group, Customer: person(t.Person), Text: t.Body.Plain, HTML: t.Body.HTML, Files: filesOf(t.Files), At: t.CreatedAt,
	}, &answer)
	if err != nil {
		return "", err
	}
	if answer.Ticket == "" {
		return t.Key, nil
	}
	return answer.Ticket, nil
}

// Append implements handoff.Appender.
func (d *Desk) Append(ctx context.Context, ticketID string, e handoff.Entry) error {
	event := "ticket.message"
	if e.Note {
		event = "ticket.note"
	}
	return d.send(ctx, e.Key, post{
		Event: event, Ticket: ticketID, Customer: person(e.Customer), Text: e.Text.Plain, HTML: e.Text.HTML, Files: filesOf(e.Files), At: e.At,
	}, nil)
}

// send posts, and reads an answer that may be empty.
func (d *Desk) send(ctx context.Context, id string, p post, into any) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fault.New(fault.Invalid, op, "the ticket cannot be written as JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return fault.New(fault.Invalid, op, "desk.url is no address")
	}
	Sign(req.Header, d.cfg.Secret, id, d.now(), body)
	req.Header.Set("Content-Type", "application/json")
	res, err := d.http.Do(req)
	if err != nil {
		return remote.FaultOfErr(op, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return remote.FaultOfErr(op, err)
	}
	if err := remote.FaultOf(op, res, d.now()); err != nil {
		return err
	}
	if into != nil && json.Valid(raw) {
		_ = json.Unmarshal(raw, into) // without a ticket's name it is called by ours
	}
	return nil
}

// The headers of a post.
const (
	HeaderTimestamp = "Wismo-Timestamp"
	HeaderID        = "Wismo-Id"
	HeaderSignature = "Wismo-Signature"
)

// Sign puts the headers of a post into h.
func Sign(h http.Header, secret, id string, now time.Time, body []byte) {
	at := strconv.FormatInt(now.Unix(), 10)
	h.Set(HeaderTimestamp, at)
	h.Set(HeaderID, id)
	h.Set(HeaderSignature, hex.EncodeToString(signature(secret, at, id, body)))
}

func signature(secret, at, id string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v1\n" + at + "\n" + id + "\n"))
	mac.Write(body)
	return mac.Sum(nil)
}

// skew is how far the clocks of both sides may be apart, and how long a post may be
// repeated with its first signature.
const skew = 5 * time.Minute

// Verify checks the headers of a post, in constant time.
func Verify(h http.Header, secret string, now time.Time, body []byte) error {
	at, id := h.Get(HeaderTimestamp), h.Get(HeaderID)
	seconds, err := strconv.ParseInt(at, 10, 64)
	given, errHex := hex.DecodeString(h.Get(HeaderSignature))
	right := hmac.Equal(given, signature(secret, at, id, body))
	switch {
	case secret == "" || err != nil || errHex != nil || id == "" || len(id) > 200 || !right:
		return fault.New(fault.Denied, op, "the signature is missing or wrong")
	case now.Sub(time.Unix(seconds, 0)).Abs() > skew:
		return fault.New(fault.Denied, op, "the signature is too old")
	}
	return nil
}

// Pushed implements handoff.Pusher.
func (d *Desk) Pushed(r *http.Request, body []byte, now time.Time) (string, handoff.Progress, error) {
	if err := Verify(r.Header, d.cfg.Secret, now, body); err != nil {
		return "", handoff.Progress{}, err
	}
	var said struct {
		Ticket string `json:"ticket"`
		Text   string `json:"text"`
		Agent  string `json:"agent"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal(body, &said); err != nil || said.Ticket == "" {
		return "", handoff.Progress{}, invalid("the post names no ticket")
	}
	p := handoff.Progress{Stage: handoff.StageOpen}
	switch said.Status {
	case "", "open":
	case "solved":
		p.Stage = handoff.StageSolved
	case "deleted":
		p.Stage = handoff.StageGone
	default:
		return "", p, invalid("status is open, solved or deleted")
	}
	if strings.TrimSpace(said.Text) != "" {
		p.Replies = []handoff.AgentReply{{Key: r.Header.Get(HeaderID), Agent: said.Agent, Text: said.Text, At: now}}
	}
	return said.Ticket, p, nil
}

func invalid(what string) error {
	return &fault.Error{Kind: fault.Invalid, Op: op, Err: errors.New(what)}
}
