package remote_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// authority makes certificates that its pool trusts.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// serve starts a server whose certificate is made by change.
func (a *authority) serve(t *testing.T, change func(*x509.Certificate)) string {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(0, 1, 0),
	}
	change(template)
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// What is wrong with a certificate is told, for each has its own cure.
func TestFaultOfCertificates(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	for name, tt := range map[string]struct {
		change func(*x509.Certificate)
		roots  *x509.CertPool
		want   string
	}{
		"another's":      {func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"shop.example.com"} }, pool, "another host's"},
		"expired":        {func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }, pool, "has expired"},
		"not yet":        {func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }, pool, "not valid yet"},
		"of nobody":      {func(*x509.Certificate) {}, x509.NewCertPool(), "signed by nobody"},
		"for other uses": {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} }, pool, "is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: tt.roots, MinVersion: tls.VersionTLS12}}
			t.Cleanup(transport.CloseIdleConnections)
			res, err := (&http.Client{Transport: transport}).Get(a.serve(t, tt.change))
			if err == nil {
				_ = res.Body.Close()
				t.Fatal("the certificate was taken")
			}
			got := remote.FaultOfErr("shopify", err)
			if fault.KindOf(got) != fault.Denied || !strings.Contains(got.Error(), tt.want) || strings.Contains(got.Error(), "example.com") {
				t.Errorf("%v, want denied: %s", got, tt.want)
			}
		})
	}
}
