package twilio_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wismo/channels/twilio"
	"wismo/channels/twilio/twiliocontract"
	"wismo/core/fault"
	"wismo/core/message"
)

// samples are the vendor's webhook shapes by name.
func samples(t testing.TB) map[string]url.Values {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(twiliocontract.Dir(t), "webhook_samples.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	forms := make(map[string]url.Values)
	for name, one := range all {
		var fields map[string]string
		if json.Unmarshal(one, &fields) != nil || fields["AccountSid"] == "" {
			continue
		}
		forms[name] = make(url.Values)
		for key, value := range fields {
			forms[name].Set(key, value)
		}
	}
	return forms
}

// The samples' own numbers, configured as ours.
func sampleNumbers(s *settings) {
	s.account.Numbers = []twilio.Number{
		{Shop: "acme", Channel: message.SMS, Address: "+15017122661"},
		{Shop: "acme", Channel: message.WhatsApp, Address: "+14155238886"},
	}
}

// sampleMessage is what the plain samples of a channel come to.
func sampleMessage(channel message.Channel) message.Message {
	m := message.Message{
		Shop: "acme", Channel: channel, Account: accountSID, ProviderID: "SM00000000000000000000000000000002",
		From: message.Address{Channel: channel, Value: customer}, To: message.Address{Channel: channel, Value: "+15017122661"},
		Text: "Where is my order #1001?",
		Extra: map[string]string{
			"ToCountry": "US", "ToState": "CA", "FromZip": "94105", "FromState": "CA", "FromCity": "SAN FRANCISCO",
			"FromCountry": "US", "NumSegments": "1",
		},
	}
	if channel == message.WhatsApp {
		m.To.Value, m.Text = "+14155238886", "Where is my order?"
		m.Extra = map[string]string{"ProfileName": "Ana", "MessageType": "text", "WaId": "14155550123", "NumSegments": "1", "ReferralNumMedia": "0"}
	}
	return m
}

// extra adds fields to what a message keeps.
func extra(m *message.Message, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		m.Extra[pairs[i]] = pairs[i+1]
	}
}

// withMedia makes m one with media of these types.
func withMedia(m *message.Message, text string, types ...string) {
	m.ProviderID, m.Text = mediaSID, text
	for i, kind := range types {
		m.Attachments = append(m.Attachments, message.Attachment{URL: mediaURL + []string{"", "b"}[i], Type: kind})
	}
}

// repliedTo adds the fields of an answer to a message of ours.
func repliedTo(m *message.Message) {
	extra(m, "OriginalRepliedMessageSid", "SM00000000000000000000000000000009", "OriginalRepliedMessageSender", "whatsapp:+14155238886")
}

// sampleDifferences says how each sample differs from the plain one.
func sampleDifferences() map[string]func(m *message.Message) {
	return map[string]func(m *message.Message){
		"inbound_sms":                   func(*message.Message) {},
		"inbound_sms_messaging_service": func(m *message.Message) { extra(m, "MessagingServiceSid", serviceSID) },
		"inbound_mms":                   func(m *message.Message) { withMedia(m, "", "image/jpeg", "application/pdf") },
		"inbound_sms_optout": func(m *message.Message) {
			m.Text, m.Handled = "STOP", message.KeywordStop
			extra(m, "MessagingServiceSid", serviceSID)
		},
		"inbound_whatsapp_text": func(*message.Message) {},
		"inbound_whatsapp_reply_context": func(m *message.Message) {
			m.Text = "this one"
			repliedTo(m)
		},
		"inbound_whatsapp_quick_reply_button": func(m *message.Message) {
			m.Text = "Talk to a person"
			repliedTo(m)
			extra(m, "MessageType", "button", "ButtonText", "Talk to a person", "ButtonPayload", "handoff")
		},
		"inbound_whatsapp_list_reply": func(m *message.Message) {
			m.Text = "Order #1001"
			extra(m, "MessageType", "interactive", "ListId", "order_1001", "ListTitle", "Order #1001")
		},
		"inbound_whatsapp_location": func(m *message.Message) {
			m.Text = ""
			extra(m, "MessageType", "location", "Latitude", "37.7879", "Longitude", "-122.4075",
				"Address", "350 Post St, San Francisco", "Label", "Union Square")
		},
		"inbound_whatsapp_media": func(m *message.Message) {
			withMedia(m, "box is crushed", "image/jpeg")
			extra(m, "MessageType", "image")
		},
		"inbound_whatsapp_voice": func(m *message.Message) {
			withMedia(m, "", "audio/ogg")
			extra(m, "MessageType", "audio")
		},
		"inbound_whatsapp_forwarded": func(m *message.Message) { extra(m, "Forwarded", "true", "FrequentlyForwarded", "true") },
		"inbound_whatsapp_ad_referral": func(m *message.Message) {
			extra(m, "ReferralBody", "Spring sale", "ReferralHeadline", "Chat with us", "ReferralSourceId", "118588094077142",
				"ReferralSourceType", "ad", "ReferralSourceUrl", "https://fb.me/abc", "ReferralMediaId", "8fxxa32",
				"ReferralMediaContentType", "image/jpeg", "ReferralMediaUrl", mediaURL, "CtwaClid", "ARAk")
		},
	}
}

func TestInboundSamples(t *testing.T) {
	t.Parallel()
	differences := sampleDifferences()
	seen := 0
	for name, form := range samples(t) {
		if !strings.HasPrefix(name, "inbound_") {
			continue
		}
		seen++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			differ, ok := differences[name]
			if !ok {
				t.Fatal("a new sample: say above what it comes to")
			}
			want := sampleMessage(message.SMS)
			if strings.Contains(name, "whatsapp") {
				want = sampleMessage(message.WhatsApp)
			}
			differ(&want)
			expectTakenOnce(t, form, want)
		})
	}
	if seen != len(differences) {
		t.Errorf("%d samples, want %d", seen, len(differences))
	}
}

// expectTakenOnce posts form twice and demands that want is taken in, once.
func expectTakenOnce(t *testing.T, form url.Values, want message.Message) {
	t.Helper()
	r := newRig(t, sampleNumbers)
	if status := r.signed(t, messagePath, form); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	if status := r.signed(t, messagePath, form); status != http.StatusOK || r.count(twilio.Repeated) != 1 {
		t.Errorf("the repeat was answered %d, counted %d", status, r.count(twilio.Repeated))
	}
	got := r.inbox.Messages()
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	if got[0].At.IsZero() {
		t.Error("the message has no time")
	}
	want.At = got[0].At
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestStatusSamples(t *testing.T) {
	t.Parallel()
	want := map[string]message.Delivery{
		"status_sms_sent":              {Status: message.Sent},
		"status_sms_delivered":         {Status: message.Delivered},
		"status_sms_undelivered":       {Status: message.Failed, Code: "30003"},
		"status_whatsapp_read":         {Status: message.Read},
		"status_whatsapp_failed_63016": {Status: message.Failed, Code: "63016"},
	}
	reasons := map[string]fault.Reason{"30003": fault.Unreachable, "63016": fault.NeedsTemplate}
	seen := 0
	for name, form := range samples(t) {
		if !strings.HasPrefix(name, "status_") {
			continue
		}
		seen++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if status := r.signed(t, statusPath, form); status != http.StatusOK {
				t.Fatalf("answered %d", status)
			}
			got := r.inbox.Reports()
			if len(got) != 1 {
				t.Fatalf("%d reports", len(got))
			}
			d, w := got[0], want[name]
			if d.Status != w.Status || d.Code != w.Code || d.Account != accountSID || d.ProviderID != form.Get("MessageSid") || d.At.IsZero() {
				t.Errorf("delivery %+v, want %+v", d, w)
			}
			if (d.Err != nil) != (w.Status == message.Failed) || fault.ReasonOf(d.Err) != reasons[w.Code] {
				t.Errorf("Err = %v", d.Err)
			}
		})
	}
	if seen != len(want) {
		t.Errorf("%d samples, want %d", seen, len(want))
	}
}
