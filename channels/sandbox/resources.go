package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// resource is a message as the REST API shows it. The caller holds the lock.
func (t *Twilio) resource(r *record) map[string]any {
	path := "/2010-04-01/Accounts/" + t.cfg.AccountSID + "/Messages/" + r.sid
	at := r.created.Format(time.RFC1123Z)
	m := map[string]any{
		"account_sid": t.cfg.AccountSID, "api_version": "2010-04-01", "sid": r.sid, "body": r.body,
		"from": orNil(r.from), "to": r.to, "messaging_service_sid": orNil(r.service), "status": r.status,
		"direction": "outbound-api", "num_media": strconv.Itoa(len(r.media)), "num_segments": "1",
		"date_created": at, "date_updated": at, "date_sent": nil,
		"error_code": nil, "error_message": nil, "price": nil, "price_unit": nil,
		"uri": path + ".json", "subresource_uris": map[string]string{"media": path + "/Media.json"},
	}
	if r.inbound {
		m["direction"] = "inbound"
	}
	if r.status != "queued" && r.status != "accepted" {
		m["date_sent"] = at
	}
	if r.code != 0 {
		m["error_code"] = r.code
	}
	return m
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// list answers GET Messages.json: newest first, filtered, in pages.
func (t *Twilio) list(r *http.Request, _ url.Values) answer {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("PageSize"))
	if err != nil || size < 1 || size > 1000 {
		size = 50
	}
	before := tokenNumber(q.Get("PageToken"))
	page, _ := strconv.Atoi(q.Get("Page"))
	t.mu.Lock()
	defer t.mu.Unlock()
	shown := []map[string]any{}
	last, further := 0, false
	source := t.source(q)
	for i := len(source) - 1; i >= 0; i-- {
		m := source[i]
		if m.n >= before || !t.matches(m, q) {
			continue
		}
		if len(shown) == size {
			further = true
			break
		}
		shown, last = append(shown, t.resource(m)), m.n
	}
	body := map[string]any{
		"messages": shown, "page": page, "page_size": size, "start": page * size, "end": page*size + max(len(shown)-1, 0),
		"uri": r.URL.RequestURI(), "first_page_uri": r.URL.Path, "previous_page_uri": nil, "next_page_uri": nil,
	}
	if further {
		q.Set("Page", strconv.Itoa(page+1))
		q.Set("PageToken", "PASM"+strconv.Itoa(last))
		body["next_page_uri"] = r.URL.Path + "?" + q.Encode()
	}
	return answer{status: http.StatusOK, body: body}
}

// tokenNumber reads a page token: the number of the last message shown.
func tokenNumber(token string) int {
	if n, err := strconv.Atoi(strings.TrimPrefix(token, "PASM")); err == nil && token != "" {
		return n
	}
	return 1 << 60
}

// source returns the shortest list that holds what q asks for.
func (t *Twilio) source(q url.Values) []*record {
	if to := q.Get("To"); to != "" {
		return t.kept.byTo[to]
	}
	return t.kept.all
}

// matches applies the filters and the lag. Dates go by whole UTC days, and a
// message that was not sent yet has none.
func (t *Twilio) matches(m *record, q url.Values) bool {
	if t.now().Sub(m.created) < t.cfg.ListLag {
		return false
	}
	if from := q.Get("From"); from != "" && from != m.from {
		return false
	}
	day := m.created.Format(time.DateOnly)
	for key, in := range map[string]func(asked string) bool{
		"DateSent":  func(asked string) bool { return day == asked },
		"DateSent>": func(asked string) bool { return day >= asked },
		"DateSent<": func(asked string) bool { return day <= asked },
	} {
		asked := q.Get(key)
		if asked == "" {
			continue
		}
		unsent := m.status == "queued" || m.status == "accepted"
		if unsent || len(asked) < len(time.DateOnly) || !in(asked[:len(time.DateOnly)]) {
			return false
		}
	}
	return true
}

// fetch answers GET Messages/{sid}.json.
func (t *Twilio) fetch(r *http.Request, _ url.Values) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	m, ok := t.kept.bySID[strings.TrimSuffix(r.PathValue("sid"), ".json")]
	if !ok {
		return refuse(http.StatusNotFound, 20404, "The requested resource was not found")
	}
	return answer{status: http.StatusOK, body: t.resource(m)}
}

// listMedia answers GET Messages/{sid}/Media.json.
func (t *Twilio) listMedia(r *http.Request, _ url.Values) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	m, ok := t.kept.bySID[r.PathValue("message")]
	if !ok {
		return refuse(http.StatusNotFound, 20404, "The requested resource was not found")
	}
	list := []map[string]any{}
	for _, file := range m.media {
		list = append(list, map[string]any{
			"sid": file.sid, "account_sid": t.cfg.AccountSID, "parent_sid": m.sid, "content_type": file.Type,
			"date_created": m.created.Format(time.RFC1123Z), "date_updated": m.created.Format(time.RFC1123Z),
			"uri": "/2010-04-01/Accounts/" + t.cfg.AccountSID + "/Messages/" + m.sid + "/Media/" + file.sid + ".json",
		})
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"media_list": list, "page": 0, "page_size": 50, "start": 0, "end": max(len(list)-1, 0), "uri": r.URL.RequestURI(),
		"first_page_uri": r.URL.Path, "previous_page_uri": nil, "next_page_uri": nil,
	}}
}

// media answers with a redirect to where the content is, as Twilio does.
func (t *Twilio) media(r *http.Request, _ url.Values) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.kept.media[r.PathValue("sid")]; !ok {
		return refuse(http.StatusNotFound, 20404, "The requested resource was not found")
	}
	return answer{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {t.url + "/cdn/" + r.PathValue("sid")}}}
}

// cdn serves content, and refuses callers who bring their credentials along.
func (t *Twilio) cdn(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "credentials do not belong here", http.StatusBadRequest)
		return
	}
	t.mu.Lock()
	file, ok := t.kept.media[r.PathValue("sid")]
	t.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.Type)
	_, _ = w.Write(file.Bytes)
}

// account answers GET Accounts/{sid}.json.
func (t *Twilio) account(r *http.Request, _ url.Values) answer {
	if r.PathValue("sid") != t.cfg.AccountSID+".json" {
		return refuse(http.StatusNotFound, 20404, "The requested resource was not found")
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"sid": t.cfg.AccountSID, "owner_account_sid": t.cfg.AccountSID, "friendly_name": "Sandbox", "status": "active", "type": "Full",
	}}
}

// numbers answers GET IncomingPhoneNumbers.json, which has no WhatsApp senders.
func (t *Twilio) numbers(r *http.Request, _ url.Values) answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := []map[string]any{}
	for _, n := range t.cfg.Numbers {
		asked := r.URL.Query().Get("PhoneNumber")
		if strings.Contains(n.Address, ":") || asked != "" && !strings.Contains(n.Address, asked) {
			continue
		}
		list = append(list, map[string]any{
			"account_sid": t.cfg.AccountSID, "phone_number": n.Address, "sms_url": t.webhook, "sms_method": http.MethodPost,
			"sms_application_sid": "", "capabilities": map[string]bool{"sms": true, "mms": true, "voice": false, "fax": false},
		})
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"incoming_phone_numbers": list, "page": 0, "page_size": 50, "start": 0, "end": max(len(list)-1, 0),
		"uri": r.URL.RequestURI(), "first_page_uri": r.URL.Path, "previous_page_uri": nil, "next_page_uri": nil,
	}}
}
