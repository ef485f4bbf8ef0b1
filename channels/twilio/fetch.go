package twilio

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"wismo/core/fault"
	"wismo/core/message"
)

// MaxMedia is the most bytes of one attachment. MMS media has at most 5 MB;
// WhatsApp's may have up to 16 MB (error 11751), of which the largest are left.
const MaxMedia = 10 << 20

// mediaPath is the path of a media resource below an account.
var mediaPath = regexp.MustCompile(`^/Messages/([0-9a-zA-Z]{2,64})/Media/(ME[0-9a-zA-Z]{1,64})$`)

// Fetch implements message.Fetcher. The credentials go to Twilio's API alone,
// and there to this message's media alone; the one redirect to the place where
// Twilio keeps media is followed without them.
func (a *Account) Fetch(ctx context.Context, providerID string, at message.Attachment) (message.Media, error) {
	const op = "twilio fetch"
	path, err := a.mediaOf(providerID, at.URL)
	if err != nil {
		return message.Media{}, fault.New(fault.Invalid, op, "%w", err)
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	source := *a.base
	source.Path = path
	got, err := a.download(ctx, op, &source, true)
	if err != nil {
		return message.Media{}, err
	}
	if got.location != nil {
		if err := a.mayFollow(got.location); err != nil {
			return message.Media{}, fault.New(fault.Invalid, op, "%w", err)
		}
		if got, err = a.download(ctx, op, got.location, false); err != nil {
			return message.Media{}, err
		}
		if got.location != nil {
			return message.Media{}, fault.New(fault.Invalid, op, "the media redirects a second time")
		}
	}
	return message.Media{Type: mediaType(got.kind, at.Type), Bytes: got.bytes}, nil
}

var (
	errNotOurs   = errors.New("the media is not under this account and message")
	errElsewhere = errors.New("the media redirects to a host that is not allowed")
)

// mediaOf returns the path of an attachment if it is one of this message in
// this account, at Twilio or at the configured base.
func (a *Account) mediaOf(providerID, raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.RawQuery != "" || u.RawPath != "" {
		return "", errNotOurs
	}
	vendor := u.Scheme == "https" && u.Host == "api.twilio.com"
	base := u.Scheme == a.base.Scheme && u.Host == a.base.Host
	rest, inAccount := strings.CutPrefix(u.Path, a.resource(""))
	parts := mediaPath.FindStringSubmatch(rest)
	if !vendor && !base || !inAccount || parts == nil || providerID == "" || parts[1] != providerID {
		return "", errNotOurs
	}
	return u.Path, nil
}

// The hosts of S3, and of Twilio's bucket there. No other bucket's host may look
// like them: "media.twiliocdn.com.s3x.s3.amazonaws.com" can be anybody's.
var (
	s3Host     = regexp.MustCompile(`^s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$`)
	bucketHost = regexp.MustCompile(`^media\.twiliocdn\.com\.s3(?:\.dualstack)?(?:[.-][a-z0-9-]+)?\.amazonaws\.com$`)
)

// mayFollow allows the places that Twilio keeps media in: its CDN and its
// bucket at Amazon S3 (field reports: github.com/Abilityai/trinity issue 1932,
// ../shared/field.md A15 and T10). A sandbox may send us on to itself.
func (a *Account) mayFollow(u *url.URL) error {
	if isLoopback(a.base.Hostname()) && u.Scheme == a.base.Scheme && u.Host == a.base.Host {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	_, errIP := netip.ParseAddr(host)
	if u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443" || errIP == nil {
		return errElsewhere
	}
	switch {
	case strings.HasSuffix(host, ".twiliocdn.com"):
		return nil
	case bucketHost.MatchString(host):
		return nil
	case s3Host.MatchString(host) && strings.HasPrefix(u.Path, "/media.twiliocdn.com/"):
		return nil
	default:
		return errElsewhere
	}
}

// download is one request for media.
type download struct {
	location *url.URL // a redirect's target, nil if none
	kind     string
	bytes    []byte
}

func (a *Account) download(ctx context.Context, op string, from *url.URL, authorized bool) (download, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from.String(), http.NoBody)
	if err != nil {
		return download{}, fault.New(fault.Invalid, op, "%w", errElsewhere)
	}
	if authorized {
		req.SetBasicAuth(a.credentials())
	}
	res, err := a.http.RoundTrip(req)
	if err != nil {
		return download{}, fault.New(fault.Unavailable, op, "%w", plainCause(ctx, err))
	}
	if loc := res.Header.Get("Location"); loc != "" && res.StatusCode/100 == 3 {
		_ = res.Body.Close()
		target, err := from.Parse(loc)
		if err != nil {
			return download{}, fault.New(fault.Invalid, op, "%w", errElsewhere)
		}
		return download{location: target}, nil
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		w := &wire{status: res.StatusCode, retryAfter: res.Header.Get("Retry-After")}
		e := w.refused(op, 0, a.now())
		e.Unclear = false
		return download{}, e
	}
	return readMedia(ctx, op, res)
}

func readMedia(ctx context.Context, op string, res *http.Response) (download, error) {
	if res.ContentLength > MaxMedia {
		_ = res.Body.Close()
		return download{}, fault.New(fault.Invalid, op, "the media is %w", errTooLarge)
	}
	body, err := readAll(res.Body, MaxMedia)
	if errors.Is(err, errTooLarge) {
		return download{}, fault.New(fault.Invalid, op, "the media is %w", err)
	}
	if err != nil {
		return download{}, fault.New(fault.Unavailable, op, "%w", plainCause(ctx, err))
	}
	return download{kind: res.Header.Get("Content-Type"), bytes: body}, nil
}

// mediaType returns the first of the named types that is one.
func mediaType(named ...string) string {
	for _, s := range named {
		if kind, _, err := mime.ParseMediaType(s); err == nil && strings.Contains(kind, "/") {
			return kind
		}
	}
	return "application/octet-stream"
}
