package remote

import (
	"net/netip"
	"testing"
)

// Shops, carriers and help desks are at addresses like these.
func TestPublicAddressesAreLetThrough(t *testing.T) {
	t.Parallel()
	for _, ip := range []string{"8.8.8.8", "23.227.38.33", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1", "198.17.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2620:fe::fe", "2001:4860:4860::8888"} {
		if !public(netip.MustParseAddr(ip)) {
			t.Errorf("%s is refused", ip)
		}
		if guard(false)(t.Context(), "tcp", netip.AddrPortFrom(netip.MustParseAddr(ip), 443).String(), nil) != nil {
			t.Errorf("%s is not dialled", ip)
		}
	}
	if guard(false)(t.Context(), "tcp", "no address", nil) == nil {
		t.Error("what cannot be read is dialled")
	}
}
