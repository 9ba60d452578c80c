<#
.SYNOPSIS
    A query without a module: the script signs the request and calls Invoke-RestMethod. The keys are in the environment.
#>
param(
    [Parameter(Mandatory)] [string] $Endpoint,
    [Parameter(Mandatory)] [string[]] $TaskId
)

$accessKey = $env:HUAWEICLOUD_SDK_AK
$secretKey = [Text.Encoding]::UTF8.GetBytes($env:HUAWEICLOUD_SDK_SK)
$projectId = $env:HUAWEICLOUD_SDK_PROJECT_ID
$names = 'host;x-project-id;x-sdk-date'
$emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
$invariant = [cultureinfo]::InvariantCulture

foreach ($id in $TaskId) {
    $uri = [uri] "$Endpoint/v1.0/$projectId/asset/preheating?task_id=$([uri]::EscapeDataString($id))"
    $date = [datetime]::UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", $invariant)
    $canonical = "GET`n$($uri.AbsolutePath)/`n$($uri.Query.Substring(1))`nhost:$($uri.Authority)`nx-project-id:$projectId`nx-sdk-date:$date`n`n$names`n$emptyHash"
    $hash = [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($canonical))).ToLowerInvariant()
    $text = [Text.Encoding]::UTF8.GetBytes("SDK-HMAC-SHA256`n$date`n$hash")
    $signature = [Convert]::ToHexString([Security.Cryptography.HMACSHA256]::HashData($secretKey, $text)).ToLowerInvariant()
    $headers = @{
        'Host'          = $uri.Authority
        'X-Sdk-Date'    = $date
        'X-Project-Id'  = $projectId
        'Authorization' = "SDK-HMAC-SHA256 Access=$accessKey, SignedHeaders=$names, Signature=$signature"
    }
    (Invoke-RestMethod -Uri $uri -Headers $headers -SkipHeaderValidation).preheating_results
}
