/**
 * Properties of API objects in the order of the XML form, which writes an empty element for each that is null (recordings
 * `*_xml`). A class that is not named here has no such properties in the stand-in.
 */

const BASE_ENTRY = `
id name description partnerId userId creatorId tags adminTags categories categoriesIds status moderationStatus
moderationCount type createdAt updatedAt rank totalRank votes groupId partnerData downloadUrl searchText licenseType
version thumbnailUrl accessControlId startDate endDate referenceId replacingEntryId replacedEntryId replacementStatus
partnerSortValue conversionProfileId redirectEntryId rootEntryId parentEntryId operationAttributes entitledUsersEdit
entitledUsersPublish entitledUsersView capabilities templateEntryId displayInSearch application applicationVersion
blockAutoTranscript defaultLanguage responseLanguage`

const MEDIA_ENTRY = `${BASE_ENTRY}
plays views lastPlayedAt width height duration msDuration durationType mediaType conversionQuality sourceType
sourceVersion searchProviderType searchProviderId creditUserName creditUrl mediaDate dataUrl flavorParamsIds
isTrimDisabled streams`

const FLAVOR_ASSET = `
id entryId partnerId version size tags fileExt createdAt updatedAt deletedAt description partnerData
partnerDescription actualSourceAssetParamsIds sizeInBytes flavorParamsId width height bitrate frameRate isOriginal
isWeb containerFormat videoCodecId status language label isDefault`

const CONVERSION_PROFILE = `
id partnerId status type name systemName tags description defaultEntryId createdAt flavorParamsIds isDefault
isPartnerDefault cropDimensions clipStart clipDuration xslTransformation storageProfileId mediaParserType
calculateComplexity collectionTags conditionalProfiles detectGOP mediaInfoXslTransformation
defaultReplacementOptions defaultAudioLang deliveryTag`

const CONTEXT_DATA = `
messages actions isSiteRestricted isCountryRestricted isSessionRestricted isIpAddressRestricted isUserAgentRestricted
previewLength isScheduledNow isAdmin streamerType mediaProtocol storageProfilesXML accessControlMessages
accessControlActions flavorAssets msDuration pluginData`

const PLAYBACK_CONTEXT = 'sources playbackCaptions flavorAssets actions messages bumperData activeLiveStreamTime'

const PROPERTIES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    KalturaDataEntry: BASE_ENTRY,
    KalturaMediaEntry: MEDIA_ENTRY,
    KalturaLiveStreamEntry: MEDIA_ENTRY,
    KalturaLiveStreamAdminEntry: MEDIA_ENTRY,
    KalturaFlavorAsset: FLAVOR_ASSET,
    KalturaLiveAsset: FLAVOR_ASSET,
    KalturaConversionProfile: CONVERSION_PROFILE,
    KalturaEntryContextDataResult: CONTEXT_DATA,
    KalturaPlaybackContext: PLAYBACK_CONTEXT
  }).map(([name, list]) => [name, list.trim().split(/\s+/)] as const)
)

/** Names of an object's properties as XML writes them: all of its class, then what it has besides. */
export function xmlProperties(objectType: string, present: readonly string[]): string[] {
  const known = PROPERTIES.get(objectType) ?? []
  return [...known, ...present.filter((name) => !known.includes(name))]
}
