package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"wismo/channels/sandbox"
)

func TestPhones(t *testing.T) {
	t.Parallel()
	s := open(t)
	phones := sandbox.Phones{BaseURL: s.base}
	people, numbers, err := phones.Customers(t.Context())
	if err != nil || len(people) != 1 || people[0].Phone != customer || len(numbers) != 3 {
		t.Fatalf("customers %v, numbers %v, %v", people, numbers, err)
	}
	for _, channel := range []string{"sms", "whatsapp"} {
		after, err := phones.Text(t.Context(), channel, customer, "Where is #1001?")
		if err != nil {
			t.Fatal(err)
		}
		prefix := map[string]string{"whatsapp": "whatsapp:"}[channel]
		if c := <-s.heard; c.form.Get("From") != prefix+customer || c.form.Get("To") != prefix+ours || c.form.Get("Body") != "Where is #1001?" {
			t.Errorf("%s: the shop heard %v", channel, c.form)
		}
		waited := make(chan []sandbox.Reply, 1)
		go func() {
			list, _, err := phones.Replies(t.Context(), channel, customer, after, time.Minute)
			if err != nil {
				t.Error(err)
			}
			waited <- list
		}()
		s.api(t, "POST", messages, sms("From", prefix+ours, "To", prefix+customer, "Body", "On its way."))
		list := <-waited
		if len(list) != 1 || list[0].Text != "On its way." || list[0].Channel != channel || list[0].From != ours || list[0].To != customer {
			t.Fatalf("%s: replies %+v", channel, list)
		}
		again, last, err := phones.Replies(t.Context(), channel, customer, list[0].N, time.Millisecond)
		if err != nil || len(again) != 0 || last != list[0].N {
			t.Errorf("%s: again %+v, %d, %v", channel, again, last, err)
		}
	}
}

func TestPhonesHearOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.api(t, "POST", messages, sms())
	phones := sandbox.Phones{BaseURL: s.base}
	for channel, phone := range map[string]string{"whatsapp": customer, "sms": "+14155550188"} {
		list, _, err := phones.Replies(t.Context(), channel, phone, 0, 0)
		if err != nil || len(list) != 0 {
			t.Errorf("%s %s heard %+v, %v", channel, phone, list, err)
		}
	}
}

// A sandbox behind a server of the caller's, read message by message.
func TestServedElsewhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.SetURL("http://127.0.0.1:1")
	form := s.Take(customer, ours, "", sandbox.Media{Type: "image/png"})
	if s.URL() != "http://127.0.0.1:1" || !strings.HasPrefix(form.Get("MediaUrl0"), s.URL()+"/2010-04-01/") {
		t.Errorf("media at %s", form.Get("MediaUrl0"))
	}
	s.api(t, "POST", messages, sms("Body", "one"))
	s.api(t, "POST", messages, sms("Body", "other", "To", "+14155550188"))
	sent := s.SentTo(customer)
	if len(sent) != 1 || sent[0].Body != "one" {
		t.Fatalf("sent %+v", sent)
	}
	path := sandbox.DefaultAccountSID + "/Messages/" + sent[0].SID + ".json"
	if status, answer := s.api(t, "GET", path, nil); status != 200 || answer["body"] != "one" {
		t.Errorf("%d %v", status, answer)
	}
	if status, _ := s.api(t, "GET", sandbox.DefaultAccountSID+"/Messages/SM1.json", nil); status != 404 {
		t.Errorf("no such message: %d", status)
	}
}

func TestPhonesFail(t *testing.T) {
	t.Parallel()
	s := open(t)
	phones := sandbox.Phones{BaseURL: s.base}
	if _, err := phones.Text(t.Context(), "sms", customer, "refuse me"); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a refused message: %v", err)
	}
	if _, err := phones.Text(t.Context(), "pigeon", customer, "hi"); err == nil {
		t.Error("sent by pigeon")
	}
	if _, err := phones.Text(t.Context(), "sms", "", "hi"); err == nil {
		t.Error("sent by nobody")
	}
}

// A web page must not reach the sandbox through a name that leads to loopback.
func TestPhonesAreLocal(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, change := range map[string]func(*http.Request){
		"a foreign name":   func(r *http.Request) { r.Host = "rebind.example:80" },
		"a foreign origin": func(r *http.Request) { r.Header.Set("Origin", "https://page.example") },
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+"/sandbox/customers", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		change(req)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
}
