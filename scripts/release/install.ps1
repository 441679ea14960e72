# Installs kioku-mesh @VERSION@ for this user on Windows: fetches the archive, holds it against the checksum that stands below,
# and puts the program into %LOCALAPPDATA%\Programs\kioku-mesh. Needs tar, which Windows 10 and later have.
#
#   $env:KIOKU_MESH_FROM  where the archives are: a URL or a folder (default: where this script came from)
#   $env:KIOKU_MESH_BIN   the folder for the program
$ErrorActionPreference = 'Stop'

$version = '@VERSION@'
$from = if ($env:KIOKU_MESH_FROM) { $env:KIOKU_MESH_FROM } else { '@BASE@' }
$bin = if ($env:KIOKU_MESH_BIN) { $env:KIOKU_MESH_BIN } else { Join-Path $env:LOCALAPPDATA 'Programs\kioku-mesh' }
# system  SHA-256 of its archive
$checksums = @'
@CHECKSUMS@
'@

function Fail($why) { throw "Cannot install kioku-mesh: $why" }

# The program for x64 runs on ARM64 too, emulated.
$arch = if ([Environment]::Is64BitOperatingSystem) { 'x64' } else { 'x86' }
$target = "windows-$arch"
$line = $checksums -split "`r?`n" | Where-Object { $_ -match "^$target\s" } | Select-Object -First 1
if (-not $line) { Fail "this version was not made for $target." }
$expected = ($line -split '\s+')[1]

$archive = "kioku-mesh-$version-$target.tar.gz"
$scratch = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $scratch | Out-Null
try {
  $fetched = Join-Path $scratch $archive
  if ($from -match '://') { Invoke-WebRequest -UseBasicParsing -Uri "$from/$archive" -OutFile $fetched }
  else { Copy-Item -LiteralPath (Join-Path $from $archive) -Destination $fetched }
  $actual = (Get-FileHash -Algorithm SHA256 -LiteralPath $fetched).Hash.ToLowerInvariant()
  if ($actual -ne $expected) { Fail "$archive is not what was released (its checksum is $actual)." }
  tar -xzf $fetched -C $scratch
  if ($LASTEXITCODE -ne 0) { Fail "$archive cannot be unpacked." }
  New-Item -ItemType Directory -Force -Path $bin | Out-Null
  foreach ($name in 'kioku-mesh.exe', 'kioku-mesh.engine') {
    $file = Join-Path $scratch $name
    if (-not (Test-Path -LiteralPath $file)) { continue }
    $place = Join-Path $bin $name
    # A program that runs cannot be replaced there, but it can be renamed.
    if (Test-Path -LiteralPath $place) { Move-Item -Force -LiteralPath $place -Destination "$place.old" }
    Move-Item -LiteralPath $file -Destination $place
    Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath "$place.old"
  }
  Set-Content -LiteralPath (Join-Path $bin 'kioku-mesh-mcp.cmd') -Value '@"%~dp0kioku-mesh.exe" mcp serve %*'
  Write-Output "installed: $(Join-Path $bin 'kioku-mesh.exe') ($(& (Join-Path $bin 'kioku-mesh.exe') --version))"
} finally {
  Remove-Item -Recurse -Force -LiteralPath $scratch
}
if (($env:Path -split ';') -notcontains $bin) {
  Write-Output "Add it to your PATH: [Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$bin', 'User')"
}
Write-Output 'next: kioku-mesh mcp install'
