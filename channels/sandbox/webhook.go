package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// webhookTimeout is how long Twilio waits for a webhook's answer.
const webhookTimeout = 15 * time.Second

// Sign returns the X-Twilio-Signature for a form posted to a URL.
func Sign(token, address string, form url.Values) string {
	keys := make([]string, 0, len(form))
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	for _, key := range keys {
		values := slices.Sorted(slices.Values(form[key]))
		for _, value := range slices.Compact(values) {
			_, _ = io.WriteString(mac, key+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Inbound takes a customer's message in and posts it to the webhook. from and
// to are written as Twilio writes them, "whatsapp:" included. It returns the
// message's id also if the webhook failed, and an error if the webhook did not
// answer 2xx; as Twilio by default, it is not tried again.
func (t *Twilio) Inbound(ctx context.Context, from, to, body string, media ...Media) (sid string, err error) {
	form := t.Take(from, to, body, media...)
	t.mu.Lock()
	webhook := t.webhook
	t.mu.Unlock()
	if webhook == "" {
		return form.Get("MessageSid"), nil
	}
	status, err := t.Post(ctx, webhook, form)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("sandbox: the webhook answered %d", status)
	}
	return form.Get("MessageSid"), err
}

// Take takes a customer's message in without calling the webhook, and returns
// the form that the webhook would be called with: a message whose webhook is
// lost, or is posted by the caller with Post.
func (t *Twilio) Take(from, to, body string, media ...Media) url.Values {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &record{from: from, to: to, body: body, inbound: true, status: "received", media: media, created: t.now().UTC()}
	for _, n := range t.cfg.Numbers {
		if n.Address == to {
			r.service = n.ServiceSID
		}
	}
	t.kept.add(r)
	t.lastHeard[pair{from, to}] = r.created
	keyword := t.heed(r)
	form := t.inboundForm(r)
	if keyword != "" && t.cfg.AnswersOptOut {
		form.Set("OptOutType", keyword)
	}
	return form
}

// heed acts on the one-word messages that Twilio acts on and returns which kind
// it was. CANCEL, END and QUIT are among them, YES opts in.
func (t *Twilio) heed(r *record) string {
	if strings.HasPrefix(r.from, "whatsapp:") && !t.cfg.AnswersOptOut {
		return ""
	}
	who := pair{r.from, r.to}
	switch strings.ToUpper(strings.TrimSpace(r.body)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT":
		t.optedOut[who] = true
		return "STOP"
	case "START", "YES", "UNSTOP":
		delete(t.optedOut, who)
		return "START"
	case "HELP", "INFO":
		return "HELP"
	default:
		return ""
	}
}

func (t *Twilio) inboundForm(r *record) url.Values {
	form := url.Values{
		"MessageSid": {r.sid}, "SmsSid": {r.sid}, "SmsMessageSid": {r.sid}, "AccountSid": {t.cfg.AccountSID},
		"From": {r.from}, "To": {r.to}, "Body": {r.body}, "NumMedia": {strconv.Itoa(len(r.media))},
		"NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	if r.service != "" {
		form.Set("MessagingServiceSid", r.service)
	}
	if number, ok := strings.CutPrefix(r.from, "whatsapp:"); ok {
		form.Set("ProfileName", "Customer")
		form.Set("WaId", strings.TrimPrefix(number, "+"))
		form.Set("MessageType", "text")
	}
	for i, file := range r.media {
		n := strconv.Itoa(i)
		form.Set("MediaContentType"+n, file.Type)
		form.Set("MediaUrl"+n, t.url+"/2010-04-01/Accounts/"+t.cfg.AccountSID+"/Messages/"+r.sid+"/Media/"+file.sid)
	}
	return form
}

// Post signs a form for a public URL and posts it there, or to the next of the
// bases that SetWebhook named. It returns the status of the answer.
func (t *Twilio) Post(ctx context.Context, public string, form url.Values) (status int, err error) {
	target, err := t.reachable(public)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, fmt.Errorf("sandbox: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("X-Twilio-Signature", Sign(t.cfg.AuthToken, public, form))
	res, err := t.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("sandbox: the webhook did not answer: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxRequest))
	return res.StatusCode, nil
}

// reachable returns the URL to post to in place of a public one.
func (t *Twilio) reachable(public string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.reach) == 0 {
		return public, nil
	}
	u, err := url.Parse(public)
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	base, err := url.Parse(t.reach[t.turn%len(t.reach)])
	if err != nil {
		return "", fmt.Errorf("sandbox: %w", err)
	}
	t.turn++
	u.Scheme, u.Host = base.Scheme, base.Host
	return u.String(), nil
}
