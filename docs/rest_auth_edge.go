// Package restauthedge accepts the logins of rest-auth-edge in an API written in Go, with nothing but its standard library.
//
//	guard := restauthedge.New("https://auth.example.com/dj-rest-auth/")
//	http.Handle("/orders", guard.Require(func(w http.ResponseWriter, r *http.Request, user restauthedge.User) {
//		fmt.Fprintf(w, "orders of %s", user.ID)
//	}))
//
// A JWT costs no request: its signature is checked with the public keys, which are asked for once in ten minutes. The service
// signs with ES256 or EdDSA (SIMPLE_JWT_ALGORITHM). Works with Go 1.19 and later.
package restauthedge

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	keysFor     = 10 * time.Minute
	askAgain    = time.Minute
	keysAtMost  = 24 * time.Hour
	timeout     = 3 * time.Second
	maxAnswer   = 64 * 1024
	maxTokenLen = 8 * 1024
)

// User is who sends a request.
type User struct {
	ID     string
	Claims map[string]any
}

var (
	// ErrRefused says that no token came along, or none that is good here.
	ErrRefused = errors.New("token is missing, invalid or expired")
	// ErrUnavailable says that the service could not be asked for its keys.
	ErrUnavailable = errors.New("logins cannot be checked at the moment")
)

// Guard verifies tokens of one service. It is made once, and used by any number of goroutines.
type Guard struct {
	// Audience is what this API is called; empty: tokens that name one are refused.
	Audience string
	// Issuer is SIMPLE_JWT_ISSUER, if that is set.
	Issuer string

	url    string
	client *http.Client

	mu      sync.Mutex
	keys    map[string]key
	keysAt  time.Time
	askedAt time.Time
}

type key struct {
	algorithm string
	public    any
}

// New makes a guard of the service at an address.
func New(url string) *Guard {
	client := &http.Client{
		Timeout: timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	return &Guard{url: strings.TrimRight(url, "/") + "/", client: client}
}

// Require lets requests through that somebody signed in sends.
func (g *Guard) Require(next func(http.ResponseWriter, *http.Request, User)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, err := g.User(r)
		if err == nil {
			next(w, r, user)
			return
		}
		status := http.StatusServiceUnavailable
		if errors.Is(err, ErrRefused) {
			status = http.StatusUnauthorized
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"detail": err.Error()})
	})
}

// User tells who sends a request: ErrRefused, ErrUnavailable, or the user.
func (g *Guard) User(r *http.Request) (User, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	parts := strings.Split(token, ".")
	if !strings.EqualFold(scheme, "Bearer") || len(parts) != 3 || len(token) > maxTokenLen {
		return User{}, ErrRefused
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	if !decode(parts[0], &header) {
		return User{}, ErrRefused
	}
	signer, err := g.key(header.KeyID)
	if err != nil {
		return User{}, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	// What the key is for decides, never what the token asks for.
	if err != nil || header.Algorithm != signer.algorithm {
		return User{}, ErrRefused
	}
	if !signer.verifies([]byte(parts[0]+"."+parts[1]), signature) {
		return User{}, ErrRefused
	}
	claims := map[string]any{}
	if !decode(parts[1], &claims) || !g.accepts(claims, time.Now()) {
		return User{}, ErrRefused
	}
	return User{ID: fmt.Sprint(claims["user_id"]), Claims: claims}, nil
}

// accepts judges the claims: a refresh token is signed by the same key, and is no credential here.
func (g *Guard) accepts(claims map[string]any, now time.Time) bool {
	expires, isNumber := claims["exp"].(float64)
	if !isNumber || now.Unix() >= int64(expires) || claims["token_type"] != "access" {
		return false
	}
	if g.Issuer != "" && claims["iss"] != g.Issuer {
		return false
	}
	if claims["aud"] == nil && g.Audience == "" {
		return claims["user_id"] != nil
	}
	return g.Audience != "" && names(claims["aud"], g.Audience) && claims["user_id"] != nil
}

func names(claim any, audience string) bool {
	several, isList := claim.([]any)
	if !isList {
		return claim == audience
	}
	for _, one := range several {
		if one == audience {
			return true
		}
	}
	return false
}

func (k key) verifies(signed, signature []byte) bool {
	switch public := k.public.(type) {
	case *ecdsa.PublicKey:
		if len(signature) != 64 {
			return false
		}
		digest := sha256.Sum256(signed)
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(public, digest[:], r, s)
	case ed25519.PublicKey:
		return ed25519.Verify(public, signed, signature)
	}
	return false
}

// key finds a public key. An unknown id asks again at once, but once a minute at most; known keys serve for a day where the
// service cannot be asked.
func (g *Guard) key(id string) (key, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	_, isKnown := g.keys[id]
	isOld := now.Sub(g.keysAt) >= keysFor
	if (!isKnown || isOld) && now.Sub(g.askedAt) >= askAgain {
		g.askedAt = now
		if keys, err := g.read(); err == nil {
			g.keys, g.keysAt = keys, now
		}
	}
	if len(g.keys) == 0 || now.Sub(g.keysAt) >= keysAtMost {
		return key{}, ErrUnavailable
	}
	found, isThere := g.keys[id]
	if !isThere {
		return key{}, ErrRefused
	}
	return found, nil
}

func (g *Guard) read() (map[string]key, error) {
	response, err := g.client.Get(g.url + ".well-known/jwks.json")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body struct {
		Keys []struct {
			ID        string `json:"kid"`
			Algorithm string `json:"alg"`
			X         string `json:"x"`
			Y         string `json:"y"`
		} `json:"keys"`
	}
	decoder := json.NewDecoder(io.LimitReader(response.Body, maxAnswer))
	if err := decoder.Decode(&body); err != nil || response.StatusCode != http.StatusOK {
		return nil, ErrUnavailable
	}
	keys := map[string]key{}
	for _, one := range body.Keys {
		x, errX := base64.RawURLEncoding.DecodeString(one.X)
		y, errY := base64.RawURLEncoding.DecodeString(one.Y)
		if errX != nil || errY != nil {
			continue
		}
		switch one.Algorithm {
		case "ES256":
			point := &ecdsa.PublicKey{
				Curve: elliptic.P256(), X: new(big.Int).SetBytes(x), Y: new(big.Int).SetBytes(y),
			}
			if point.Curve.IsOnCurve(point.X, point.Y) {
				keys[one.ID] = key{one.Algorithm, point}
			}
		case "EdDSA":
			if len(x) == ed25519.PublicKeySize {
				keys[one.ID] = key{one.Algorithm, ed25519.PublicKey(x)}
			}
		}
	}
	return keys, nil
}

func decode(part string, into any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(text, into) == nil
}
