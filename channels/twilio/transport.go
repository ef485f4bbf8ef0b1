package twilio

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// guardedTransport returns a transport that connects to public addresses only,
// so that no name, whoever gave it, leads into a private network. With loopback
// it connects to this machine too: the sandbox. It uses no proxy, for a proxy
// mostly is in a private network: who needs one brings a transport.
func guardedTransport(loopback bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error { return mayDial(address, loopback) },
	}
	return &http.Transport{
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: callTimeout,
	}
}

var errPrivate = errors.New("the address is in a private network")

// mayDial refuses an address that is not public.
func mayDial(address string, loopback bool) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	ip := ap.Addr().Unmap()
	if ip.IsLoopback() && loopback {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || inReserved(ip) {
		return errPrivate
	}
	return nil
}

// inReserved reports on blocks that netip does not name: what IANA keeps for
// special purposes, and of IPv6 all but 2000::/3, the only part that is given
// out. 6to4 and Teredo are in it, since they carry any IPv4 address.
// Source: IANA special-purpose address registries.
func inReserved(ip netip.Addr) bool {
	if ip.Is6() && !netip.MustParsePrefix("2000::/3").Contains(ip) {
		return true
	}
	for _, block := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		if netip.MustParsePrefix(block).Contains(ip) {
			return true
		}
	}
	return false
}
