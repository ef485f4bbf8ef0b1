package email

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// OAuth is how an access token is had: with a refresh token (Gmail; Microsoft 365 in
// a user's name), or with the application's own credentials (Microsoft 365).
type OAuth struct {
	ClientID, ClientSecret string
	// TokenURL is where tokens are given, DeviceURL where a device asks to be let in
	// (RFC 8628), needed by Login only.
	TokenURL, DeviceURL string
	Scopes              []string
	// RefreshToken, empty for the application's own credentials.
	RefreshToken string
}

// Tokens returns what gives access tokens, each for as long as it is valid. It is
// safe for use by many goroutines.
func (o OAuth) Tokens(client *http.Client) func(ctx context.Context) (string, error) {
	// The source outlives the call that first needs it; the client bounds each
	// request.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
	source := (&clientcredentials.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, TokenURL: o.TokenURL, Scopes: o.Scopes}).TokenSource(ctx)
	if o.RefreshToken != "" {
		source = o.config().TokenSource(ctx, &oauth2.Token{RefreshToken: o.RefreshToken})
	}
	return func(context.Context) (string, error) {
		t, err := source.Token()
		if err != nil {
			return "", err
		}
		return t.AccessToken, nil
	}
}

func (o OAuth) config() *oauth2.Config {
	return &oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret, Scopes: o.Scopes,
		Endpoint: oauth2.Endpoint{TokenURL: o.TokenURL, DeviceAuthURL: o.DeviceURL},
	}
}

// Login asks the user to let this program in, by a code that they enter at an
// address in any browser (RFC 8628), and returns the refresh token. tell is called
// with both.
func (o OAuth) Login(ctx context.Context, client *http.Client, tell func(address, code string)) (refresh string, err error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	asked, err := o.config().DeviceAuth(ctx)
	if err != nil {
		return "", err
	}
	tell(asked.VerificationURI, asked.UserCode)
	t, err := o.config().DeviceAccessToken(ctx, asked)
	if err != nil {
		return "", err
	}
	return t.RefreshToken, nil
}
