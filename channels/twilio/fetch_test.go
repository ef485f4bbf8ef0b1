package twilio_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"wismo/channels/sandbox"
	"wismo/channels/twilio"
	"wismo/core/fault"
	"wismo/core/message"
)

const (
	mediaSID  = "MM00000000000000000000000000000003"
	mediaURL  = "https://api.twilio.com/2010-04-01/Accounts/" + accountSID + "/Messages/" + mediaSID + "/Media/ME00000000000000000000000000000004"
	mediaText = "what was attached"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if _, err := r.twilio.Inbound(t.Context(), customer, ourSMS, "", sandbox.Media{Type: "image/jpeg; x=y", Bytes: []byte(mediaText)}); err != nil {
		t.Fatal(err)
	}
	m := r.inbox.Messages()[0]
	r.twilio.Misbehave(sandbox.Mischief{On: sandbox.OnMedia, Status: http.StatusNotFound, Code: 20404})
	if _, err := r.Fetch(t.Context(), m.ProviderID, m.Attachments[0]); fault.KindOf(err) != fault.NotFound {
		t.Errorf("not there yet: %v", err)
	}
	media, err := r.Fetch(t.Context(), m.ProviderID, m.Attachments[0])
	if err != nil || media.Type != "image/jpeg" || string(media.Bytes) != mediaText {
		t.Errorf("media %+v, %v", media, err)
	}
	if _, err := r.Fetch(t.Context(), "SM1", m.Attachments[0]); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another message's media: %v", err)
	}
}

// vendor plays api.twilio.com and the hosts it redirects to.
type vendor struct {
	t        *testing.T
	location string // api.twilio.com redirects there if set
	status   int
	kind     string
	body     io.Reader
	requests []*http.Request
}

func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.requests = append(v.requests, r)
	_, _, credentials := r.BasicAuth()
	if credentials != (r.URL.Host == "api.twilio.com") {
		v.t.Errorf("credentials %v at %s", credentials, r.URL.Host)
	}
	res := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {v.kind}}, Request: r, ContentLength: -1}
	switch {
	case r.URL.Host == "api.twilio.com" && v.location != "":
		res.StatusCode, res.Body = http.StatusTemporaryRedirect, http.NoBody
		res.Header.Set("Location", v.location)
	case v.status != 0:
		res.StatusCode, res.Body = v.status, io.NopCloser(strings.NewReader("{}"))
	default:
		res.Body = io.NopCloser(v.body)
	}
	return res, nil
}

func TestFetchRedirects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		location string
		allowed  bool
	}{
		{"", true},
		{"https://mms.twiliocdn.com/AC1/abc?Expires=1&Signature=x", true},
		{"https://media.twiliocdn.com/AC1/abc", true},
		{"https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/abc", true},
		{"https://s3.us-east-1.amazonaws.com/media.twiliocdn.com/AC1/abc", true},
		{"https://media.twiliocdn.com.s3-external-1.amazonaws.com/AC1/abc", true},
		{"https://MMS.TWILIOCDN.COM:443/x", true},
		{"http://mms.twiliocdn.com/x", false},
		{"https://mms.twiliocdn.com:8443/x", false},
		{"https://user:pw@mms.twiliocdn.com/x", false},
		{"https://twiliocdn.com.evil.example/x", false},
		{"https://eviltwiliocdn.com/x", false},
		{"https://s3.amazonaws.com/another-bucket/x", false},
		{"https://another-bucket.s3.amazonaws.com/media.twiliocdn.com/x", false},
		{"https://s3.evil.amazonaws.com.example/media.twiliocdn.com/x", false},
		{"https://media.twiliocdn.com.s3.evil.example/x", false},
		{"https://media.twiliocdn.com.s3x.s3.amazonaws.com/x", false},
		{"https://media.twiliocdn.com.s3-x.s3.us-east-1.amazonaws.com/x", false},
		{"https://s3x.s3.amazonaws.com/media.twiliocdn.com/x", false},
		{"https://media.twiliocdn.com.s3.dualstack.us-east-1.amazonaws.com/x", true},
		{"https://media.twiliocdn.com.s3.amazonaws.com/x", true},
		{"https://169.254.169.254/latest/meta-data", false},
		{"https://127.0.0.1/x", false},
		{"https://[::1]/x", false},
		{"https://localhost/x", false},
		{"https://api.twilio.com/2010-04-01/Accounts.json", false},
		{"ftp://mms.twiliocdn.com/x", false},
		{"/2010-04-01/Accounts.json", false},
		{"https://%zz", false},
	} {
		t.Run(tt.location, func(t *testing.T) {
			t.Parallel()
			v := &vendor{t: t, location: tt.location, kind: "image/png", body: strings.NewReader(mediaText)}
			account, err := twilio.New(accountConfig(), v, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			media, err := account.Fetch(t.Context(), mediaSID, message.Attachment{URL: mediaURL})
			if tt.allowed != (err == nil) || !tt.allowed && fault.KindOf(err) != fault.Invalid {
				t.Fatalf("err = %v", err)
			}
			if tt.allowed && string(media.Bytes) != mediaText {
				t.Errorf("got %q", media.Bytes)
			}
			if !tt.allowed && len(v.requests) != 1 {
				t.Errorf("%d requests were made, want only the first", len(v.requests))
			}
			if err != nil && strings.Contains(err.Error(), "/") {
				t.Errorf("the error tells a URL: %v", err)
			}
		})
	}
}

func TestFetchOnlyOurs(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "x", "http://api.twilio.com" + strings.TrimPrefix(mediaURL, "https://api.twilio.com"),
		strings.Replace(mediaURL, "api.twilio.com", "api.twilio.com.evil.example", 1),
		strings.Replace(mediaURL, "api.twilio.com", "user@api.twilio.com", 1),
		strings.Replace(mediaURL, "api.twilio.com", "api.twilio.com:444", 1),
		strings.Replace(mediaURL, "api.twilio.com", "127.0.0.1", 1),
		strings.Replace(mediaURL, accountSID, "AC00000000000000000000000000000009", 1),
		strings.Replace(mediaURL, mediaSID, "MM00000000000000000000000000000009", 1),
		strings.Replace(mediaURL, "/Media/", "/Media/../", 1), mediaURL + "?x=1", mediaURL + "/..", mediaURL + "%2f..",
		strings.Replace(mediaURL, "/Media/ME", "/Media/%4dE", 1),
		"https://api.twilio.com/2010-04-01/Accounts/" + accountSID + "/Messages.json",
	} {
		v := &vendor{t: t, body: strings.NewReader(mediaText)}
		account, err := twilio.New(accountConfig(), v, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := account.Fetch(t.Context(), mediaSID, message.Attachment{URL: address}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", address, err)
		}
		if len(v.requests) != 0 {
			t.Errorf("%s: was requested", address)
		}
	}
}

func TestFetchAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		vendor vendor
		kind   fault.Kind
		typ    string
	}{
		{"as large as allowed", vendor{kind: "video/mp4", body: bytes.NewReader(make([]byte, twilio.MaxMedia))}, 0, "video/mp4"},
		{"one byte larger", vendor{kind: "video/mp4", body: bytes.NewReader(make([]byte, twilio.MaxMedia+1))}, fault.Invalid, ""},
		{"no type", vendor{body: strings.NewReader("x")}, 0, "image/gif"},
		{"a type that is none", vendor{kind: "<script>", body: strings.NewReader("x")}, 0, "image/gif"},
		{"not there", vendor{status: 404}, fault.NotFound, ""},
		{"credentials refused", vendor{status: 401}, fault.Denied, ""},
		{"throttled", vendor{status: 429}, fault.Throttled, ""},
		{"down", vendor{status: 503}, fault.Unavailable, ""},
		{"broken off", vendor{body: io.MultiReader(strings.NewReader("x"), failing{})}, fault.Unavailable, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := tt.vendor
			v.t = t
			account, err := twilio.New(accountConfig(), &v, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			media, err := account.Fetch(t.Context(), mediaSID, message.Attachment{URL: mediaURL, Type: "image/gif"})
			if fault.KindOf(err) != tt.kind || media.Type != tt.typ {
				t.Errorf("%s, %v", media.Type, err)
			}
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
