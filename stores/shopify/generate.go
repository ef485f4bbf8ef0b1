package shopify

//go:generate go tool genqlient
//go:generate sed -i -e "/^[[:space:]]*\\/\\/ Code generated/b" -e "/^[[:space:]]*\\/\\//d" generated.go
//go:generate gofmt -w generated.go
