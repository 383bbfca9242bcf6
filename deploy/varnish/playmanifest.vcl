vcl 4.1;

# Varnish as a caching CDN before the gateway.
#
# The idea of the key: scheme, path and query as they are, and what Vary names. The gateway says in Cache-Control what may be
# kept. It needs TRUST_PROXY to name this Varnish, since it learns the viewer's scheme and address from the headers below.
# To change: the gateway's address, and who ends TLS in front.

backend gateway {
    .host = "127.0.0.1";
    .port = "3000";
}

# Only a TLS terminator in front may say how and from where the viewer came.
acl terminators {
    "127.0.0.1";
}

sub vcl_recv {
    # What a viewer says of himself is overwritten, never passed on.
    if (client.ip ~ terminators) {
        # Varnish has put the terminator's own address behind the viewer's.
        set req.http.X-Forwarded-For = regsub(req.http.X-Forwarded-For, ",\s*[^,]*$", "");
    } else {
        set req.http.X-Forwarded-For = client.ip;
        set req.http.X-Forwarded-Proto = "http";
    }
    if (req.http.X-Forwarded-Proto != "https") {
        set req.http.X-Forwarded-Proto = "http";
    }
    set req.http.X-Forwarded-Host = req.http.Host;
    unset req.http.X-Forwarded-Server;
    unset req.http.Forwarded;
    unset req.http.X-Kaltura-Remote-Addr;
    unset req.http.Cookie;
    # The gateway believes the device headers of its proxies; here they could only come from the viewer.
    unset req.http.X-UA-Device;
    unset req.http.X-Device;
    unset req.http.CF-Device-Type;
    unset req.http.X-Akamai-Device-Characteristics;
    unset req.http.CloudFront-Is-IOS-Viewer;
    unset req.http.CloudFront-Is-Android-Viewer;
    unset req.http.CloudFront-Is-SmartTV-Viewer;
    unset req.http.CloudFront-Is-Tablet-Viewer;
    unset req.http.CloudFront-Is-Mobile-Viewer;
    unset req.http.CloudFront-Is-Desktop-Viewer;
    # The same for the country. Where Varnish knows it, set X-Country-Code behind this.
    unset req.http.CloudFront-Viewer-Country;
    unset req.http.CF-IPCountry;
    unset req.http.X-Country-Code;

    # A request with a session passes by: it is not answered from the store, and its answer does not get in. The gateway
    # answers those with `private, no-store` anyway; a session in a header is no part of the key.
    if (req.http.X-Kaltura-Ks || req.url ~ "(?i)[/?&](ks|kt)[/=]") {
        return (pass);
    }
}

sub vcl_hash {
    hash_data(req.http.X-Forwarded-Proto);
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    # Nothing is kept that does not say so.
    if (!beresp.http.Cache-Control || beresp.http.Cache-Control ~ "(?i)private|no-store|no-cache" || beresp.http.Set-Cookie) {
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        set beresp.uncacheable = true;
        return (deliver);
    }
    # Past its life an answer is given only where it says so; Varnish would do it for 10 s by itself.
    if (beresp.http.Cache-Control !~ "(?i)stale-while-revalidate") {
        set beresp.grace = 0s;
    }
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
